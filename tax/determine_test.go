package tax

import (
	"errors"
	"strings"
	"testing"

	"ratable/internal/fault"
	"ratable/internal/period"
)

func TestReverseChargeIsPrintedInEnglishAndTheBuyersLanguage(t *testing.T) {
	tables := testTables(t, "NL", "NL EU")
	for country, want := range map[string]string{
		"DE": "Reverse charge / Steuerschuldnerschaft des Leistungsempfängers (art. 44 and 196 Directive 2006/112/EC)",
		"FR": "Reverse charge / Autoliquidation (art. 44 and 196 Directive 2006/112/EC)",
		"IE": "Reverse charge (art. 44 and 196 Directive 2006/112/EC)",
		"BE": "Reverse charge (art. 44 and 196 Directive 2006/112/EC)", // three languages: none is the buyer's for certain
	} {
		s := saleTo("NL", country, "", "", "business", "saas_b2b", "2026-11-15", "1000.00")
		s.Buyer.TaxIDs = verified(country)
		row := mustDetermine(t, tables, s).Rows[0]
		if row.Reason != ReverseCharge || row.Note != want {
			t.Errorf("%s: %s, printed %q, should print %q", country, row.Reason, row.Note, want)
		}
	}
}

func TestAnIdThatNoRegisterConfirmedDoesNotShiftTheTax(t *testing.T) {
	tables := testTables(t, "NL", "NL EU")
	s := saleTo("NL", "DE", "", "", "business", "saas_b2b", "2026-11-15", "1000.00")
	s.Buyer.TaxIDs = verified("DE")
	if got := mustDetermine(t, tables, s).Total(); !got.IsZero() {
		t.Errorf("a verified id: %s charged", got)
	}
	s.Buyer.TaxIDs[0].VerifiedOn = period.Date{}
	if got := mustDetermine(t, tables, s).Total(); got != usd("190.00") {
		t.Errorf("an unverified id: %s charged, should be 190.00", got)
	}
	s.Buyer.TaxIDs = verified("XI") // Northern Irish ids count for goods only
	s.Buyer.Address.Country = "GB"
	if got := mustDetermine(t, tables, s).Rows[0].Reason; got != OutsideScope {
		t.Errorf("a Dutch sale to Britain is %s", got)
	}
}

func TestOurOwnEntitiesCollectWhereTheyAreRegistered(t *testing.T) {
	us := Seller{Code: "RAT-US", Country: "US", Region: "CA"}
	eu := Seller{Code: "RAT-EU", Country: "NL"}
	tables, err := Seed().With([]Registration{
		{Entity: "RAT-US", Place: "US-NY", Scheme: "local", StartsOn: day("2020-01-01")},
		{Entity: "RAT-US", Place: "US-TX", Scheme: "local", StartsOn: day("2020-01-01")},
		{Entity: "RAT-EU", Place: "NL", Scheme: "local", StartsOn: day("2020-01-01")},
		{Entity: "RAT-EU", Place: "EU", Scheme: "oss_union", StartsOn: day("2021-07-01")},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		seller                          Seller
		country, region, postcode, kind string
		want                            Reason
	}{
		{us, "US", "NY", "10001", "business", StandardRated},
		{us, "US", "TX", "77002", "business", StandardRated},
		{us, "US", "TN", "37201", "business", NotCollecting},
		{us, "US", "IL", "60601", "business", NotCollecting},
		{us, "US", "CO", "80202", "business", NotCollecting},
		{us, "US", "OR", "97201", "business", NotSubjectToTax},
		{us, "CA", "ON", "M5V 2T6", "business", NotCollecting},
		{us, "JP", "", "", "consumer", NotCollecting},
		{us, "BR", "", "", "business", NotCollecting},
		{eu, "NL", "", "1012", "business", StandardRated},
		{eu, "SE", "", "", "consumer", StandardRated},
		{eu, "CH", "", "8001", "business", OutsideScope},
		{eu, "BR", "", "", "consumer", OutsideScope},
	} {
		s := saleTo("", c.country, c.region, c.postcode, c.kind, "saas_b2b", "2026-11-15", "1000.00")
		s.Seller = c.seller
		if got := mustDetermine(t, tables, s).Rows[0].Reason; got != c.want {
			t.Errorf("%s sells to a %s in %s-%s: %s, should be %s", c.seller.Code, c.kind, c.country, c.region, got, c.want)
		}
	}
}

func TestASaleWhereWeAreNotRegisteredSaysWhatIsAtStake(t *testing.T) {
	for _, c := range []struct{ seller, region, postcode, want string }{
		{"US", "TN", "37201", "70.00"},
		{"US", "NY", "10001", "88.75"},
		{"NL", "NY", "10001", "88.75"},  // outside the scope of VAT, and yet a sale into New York
		{"US", "IL", "60601", "150.00"}, // the state exempts it, Chicago's lease tax does not
	} {
		row := mustDetermine(t, testTables(t, c.seller, "NL"), saleTo(c.seller, "US", c.region, c.postcode, "business", "saas_b2b", "2026-11-15", "1000.00")).Rows[0]
		if row.WouldBe.String() != c.want || !row.Tax.IsZero() {
			t.Errorf("%s to %s: charged %s, would be %s, should be 0.00 and %s", c.seller, c.region, row.Tax, row.WouldBe, c.want)
		}
	}
}

func TestALocalityWeDoNotHoldIsSaidNotGuessed(t *testing.T) {
	tables := testTables(t, "US", "US-WA US-MA")
	for _, c := range []struct {
		region, postcode, city string
		want                   Precision
		tax                    string
		warned                 bool
	}{
		{"WA", "98101", "Seattle", ByPostcode, "105.50", false},
		{"WA", "", "seattle ", ByCity, "105.50", true},
		{"WA", "99201", "Spokane", StateOnly, "65.00", true},
		{"MA", "02110", "Boston", ByRegion, "62.50", false},
	} {
		s := saleTo("US", "US", c.region, c.postcode, "business", "saas_b2b", "2026-11-15", "1000.00")
		s.Buyer.Address.City = c.city
		found := mustDetermine(t, tables, s)
		if found.Rows[0].Precision != c.want || found.Total().String() != c.tax || (len(found.Warnings) > 0) != c.warned {
			t.Errorf("%s %s: %s by %s with warnings %v, should be %s by %s", c.city, c.postcode, found.Total(), found.Rows[0].Precision, found.Warnings, c.tax, c.want)
		}
	}
}

func TestACertificateCountsFromItsFirstDayToItsLast(t *testing.T) {
	certificate := Exemption{Customer: 7, Place: "US-PA", Reason: "resale", Number: "PA-1", StartsOn: day("2026-01-01"), EndsOn: day("2027-01-01")}
	tables := testTables(t, "US", "US-PA US-NY", certificate)
	for _, c := range []struct{ on, region, postcode, tax string }{
		{"2025-12-31", "PA", "19103", "80.00"},
		{"2026-05-10", "PA", "19103", "0.00"},
		{"2026-12-31", "PA", "19103", "0.00"},
		{"2027-01-01", "PA", "19103", "80.00"},
		{"2026-05-10", "NY", "10001", "88.75"}, // another state
	} {
		found := mustDetermine(t, tables, saleTo("US", "US", c.region, c.postcode, "business", "saas_b2b", c.on, "1000.00"))
		if found.Total().String() != c.tax {
			t.Errorf("%s on %s: %s charged, should be %s", c.region, c.on, found.Total(), c.tax)
		}
		if found.Total().IsZero() && (found.Rows[0].Reason != CustomerExempt || found.Rows[0].Note != "Exempt: resale, certificate PA-1") {
			t.Errorf("on %s the zero is %s, printed %q", c.on, found.Rows[0].Reason, found.Rows[0].Note)
		}
	}
	stranger := saleTo("US", "US", "PA", "19103", "business", "saas_b2b", "2026-05-10", "1000.00")
	stranger.Buyer.Customer = 8
	if got := mustDetermine(t, tables, stranger).Total(); got != usd("80.00") {
		t.Errorf("another customer was charged %s", got)
	}
}

func TestWhatIsNotDecidedIsRefusedNotGuessed(t *testing.T) {
	_, err := Determine(testTables(t, "US", "US-AL"), saleTo("US", "US", "AL", "36101", "business", "saas_b2b", "2026-11-15", "1.00"))
	if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "whether saas_b2b is taxable in Alabama is not decided") {
		t.Errorf("Alabama: %v", err)
	}
	_, err = Determine(testTables(t, "NL", "NL"), saleTo("NL", "NL", "", "", "business", "saas_b2b", "2011-06-30", "1.00"))
	if !errors.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "no standard rate of Netherlands is held") {
		t.Errorf("a tax point before any rate we hold: %v", err)
	}
}

func TestABadSaleIsRefusedFieldByField(t *testing.T) {
	s := saleTo("US", "US", "NY", "10001", "alien", "hardware", "2026-11-15", "1.00", "2.00")
	s.Lines[1].ID, s.Currency = 1, "EUR"
	_, err := Determine(Seed(), s)
	for _, want := range []string{"buyer.kind", "lines[0].tax_code", "lines[0].net", "lines[1].id"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not named in: %v", want, err)
		}
	}
	_, err = Determine(Seed(), saleTo("US", "US", "ZZ", "", "business", "saas_b2b", "2026-11-15", "1.00"))
	if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "buyer.address.region") {
		t.Errorf("an unknown state: %v", err)
	}
}

func TestASimulationMayAddRegistrationsWithoutTouchingTheSeed(t *testing.T) {
	s := saleTo("US", "US", "TN", "37201", "business", "saas_b2b", "2026-11-15", "1000.00")
	more, err := Seed().With([]Registration{{Entity: "T", Place: "US-TN", Scheme: "local", StartsOn: day("2026-01-01")}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if with, without := mustDetermine(t, more, s).Total(), mustDetermine(t, Seed(), s).Total(); with != usd("70.00") || !without.IsZero() {
		t.Errorf("Tennessee gets %s with the registration and %s without, should get 70.00 and 0.00", with, without)
	}
	if _, err := Seed().With([]Registration{{Entity: "T", Place: "US-XX"}}, nil); !errors.Is(err, fault.Invalid) {
		t.Errorf("a registration in no known place: %v", err)
	}
}
