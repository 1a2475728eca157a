package period

import "time"

// The conversions between a day number and year, month, day are those of
// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"
// (days_from_civil, civil_from_days): years begin in March, so that the leap
// day comes last and every month's offset is one multiplication.

const daysPerEra = 146097 // 400 years

// fromCivil returns the day number of a valid civil date.
func fromCivil(y int, m time.Month, d int) int32 {
	if m <= time.February {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	doy := (153*((int(m)+9)%12)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int32(era*daysPerEra + doe - 719468 + unixDay)
}

// civil returns year, month and day; zeros for no date.
func (d Date) civil() (y int, m time.Month, day int) {
	if d.day == 0 {
		return 0, 0, 0
	}
	z := int(d.day) - unixDay + 719468 // never negative from 0001-01-01 on
	era, doe := z/daysPerEra, z%daysPerEra
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	m = time.Month(mp+2)%12 + 1
	y = yoe + era*400
	if m <= time.February {
		y++
	}
	return y, m, day
}

// daysIn returns the length of a month.
func daysIn(y int, m time.Month) int {
	switch m {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// floorDiv divides towards minus infinity, as counting periods backwards needs.
func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func floorMod(a, b int) int { return a - floorDiv(a, b)*b }
