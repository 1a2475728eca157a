package entities

import (
	"strings"

	"ratable/internal/fault"
)

// countries are the officially assigned ISO 3166-1 alpha-2 codes, and XK, which postal services and tax offices use for Kosovo.
const countries = `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ
NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW`

// regions are the ISO 3166-2 parts after the dash, for the countries whose taxes differ inside the country:
// there a missing or wrong region is a wrong tax, so it must be one of these.
var regions = map[string]string{
	"US": `AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD
TN TX UT VT VA WA WV WI WY AS GU MP PR UM VI`,
	"CA": `AB BC MB NB NL NS NT NU ON PE QC SK YT`,
}

var (
	countrySet = set(countries)
	regionSets = map[string]map[string]bool{"US": set(regions["US"]), "CA": set(regions["CA"])}
)

func set(list string) map[string]bool {
	s := make(map[string]bool)
	for _, code := range strings.Fields(list) {
		s[code] = true
	}
	return s
}

// KnownCountry reports whether a code is an ISO 3166-1 alpha-2 country.
func KnownCountry(code string) bool { return countrySet[code] }

// ValidatePlace checks a country (ISO 3166-1 alpha-2) and a region (ISO 3166-2 after the dash). A region is required, and
// must exist, in the US and Canada; elsewhere it may be empty and only its shape is checked.
func ValidatePlace(path, country, region string) []fault.Field {
	if path != "" {
		path += "."
	}
	if !KnownCountry(country) {
		return []fault.Field{{Path: path + "country", Value: fault.Shown(country), Message: "is not an ISO 3166-1 country code such as DE"}}
	}
	known, listed := regionSets[country]
	switch {
	case listed && !known[region]:
		return []fault.Field{{Path: path + "region", Value: fault.Shown(region), Message: "is not a region of " + country + " (ISO 3166-2, such as CA-ON written ON)"}}
	case !listed && !regionShaped(region):
		return []fault.Field{{Path: path + "region", Value: fault.Shown(region), Message: "is not an ISO 3166-2 region: up to 3 capital letters or digits, without the country"}}
	}
	return nil
}

func regionShaped(region string) bool {
	ok := len(region) <= 3
	for _, r := range region {
		ok = ok && (r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	}
	return ok
}
