// Package formula reads the formulas that explain a figure and works them out again.
//
// An explanation that nobody can check is decoration. So the words "round(1,200.00 × 59 ÷ 365) − round(1,200.00 × 31 ÷ 365)"
// that stand beside a figure are a formula: Evaluate computes it from the text alone, on exact fractions and with a rounding of
// its own, and a test holds every explained figure to it. It owns the grammar; what a figure is made of is for others to say.
//
//	sum     = product { ("+" | "−") product }
//	product = factor { ("×" | "÷") factor }
//	factor  = [ "−" ] ( number | "(" sum ")" | "round(" sum ")" )
//
// Numbers have commas between thousands and a point before decimals. "-", "*" and "/" are read like "−", "×" and "÷".
// round goes to the currency's minor unit, halves away from zero.
package formula

import (
	"math/big"
	"strings"

	"ratable/internal/fault"
	"ratable/internal/money"
)

// Evaluate works a formula out. Invalid: what is no formula, divides by nothing, or does not come to whole minor units of the
// currency; the message says where.
func Evaluate(text string, c money.Currency) (money.Amount, error) {
	r := reader{text: []rune(strings.NewReplacer("-", "−", "*", "×", "/", "÷").Replace(text)), unit: minorUnit(c)}
	value := r.sum()
	r.space()
	if r.err == nil && r.at < len(r.text) {
		r.fail("nothing is expected here")
	}
	if r.err != nil {
		return money.Amount{}, r.err
	}
	minor := new(big.Rat).Quo(value, r.unit)
	if !minor.IsInt() || !minor.Num().IsInt64() {
		return money.Amount{}, fault.New(fault.Invalid, "the formula %q comes to %s, which is no amount of %s", text, value.RatString(), c)
	}
	return money.Of(minor.Num().Int64(), c), nil
}

func minorUnit(c money.Currency) *big.Rat {
	whole := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(c.Exponent())), nil)
	return new(big.Rat).SetFrac(big.NewInt(1), whole)
}

// deepest bounds how brackets may be nested.
const deepest = 100

// reader is one evaluation under way; after the first error every value is nothing.
type reader struct {
	text  []rune
	at    int
	depth int
	unit  *big.Rat
	err   error
}

func (r *reader) fail(format string, args ...any) *big.Rat {
	if r.err == nil {
		here := string(r.text[r.at:min(r.at+20, len(r.text))])
		r.err = fault.New(fault.Invalid, "the formula %q cannot be read at %q: "+format, append([]any{string(r.text), here}, args...)...)
	}
	r.at = len(r.text)
	return new(big.Rat)
}

func (r *reader) space() {
	for r.at < len(r.text) && r.text[r.at] == ' ' {
		r.at++
	}
}

// takes reads one of some signs, and says which.
func (r *reader) takes(signs string) rune {
	r.space()
	if r.at < len(r.text) && strings.ContainsRune(signs, r.text[r.at]) {
		r.at++
		return r.text[r.at-1]
	}
	return 0
}

func (r *reader) sum() *big.Rat {
	value := r.product()
	for {
		switch r.takes("+−") {
		case '+':
			value = new(big.Rat).Add(value, r.product())
		case '−':
			value = new(big.Rat).Sub(value, r.product())
		default:
			return value
		}
	}
}

func (r *reader) product() *big.Rat {
	value := r.factor()
	for {
		switch r.takes("×÷") {
		case '×':
			value = new(big.Rat).Mul(value, r.factor())
		case '÷':
			by := r.factor()
			if by.Sign() == 0 {
				return r.fail("nothing can be divided by zero")
			}
			value = new(big.Rat).Quo(value, by)
		default:
			return value
		}
	}
}

func (r *reader) factor() *big.Rat {
	r.space()
	if r.takes("−") != 0 {
		return new(big.Rat).Neg(r.factor())
	}
	rounds := strings.HasPrefix(string(r.text[r.at:min(r.at+6, len(r.text))]), "round(")
	if rounds {
		r.at += len("round")
	}
	if r.takes("(") != 0 {
		if r.depth++; r.depth > deepest {
			return r.fail("brackets are nested more than %d deep", deepest)
		}
		value := r.sum()
		r.depth--
		if r.takes(")") == 0 {
			return r.fail("a bracket is not closed")
		}
		if rounds {
			return r.round(value)
		}
		return value
	}
	return r.number()
}

func (r *reader) number() *big.Rat {
	from := r.at
	for r.at < len(r.text) && strings.ContainsRune("0123456789.,", r.text[r.at]) {
		r.at++
	}
	said := string(r.text[from:r.at])
	value, ok := new(big.Rat).SetString(strings.ReplaceAll(said, ",", ""))
	if !ok || len(said) > 60 {
		r.at = from
		return r.fail("a number is expected here")
	}
	return value
}

// round goes to the nearest minor unit, halves away from zero: floor(|x| / unit + 1/2), with the sign of x.
func (r *reader) round(x *big.Rat) *big.Rat {
	units := new(big.Rat).Quo(new(big.Rat).Abs(x), r.unit)
	units.Add(units, big.NewRat(1, 2))
	whole := new(big.Int).Quo(units.Num(), units.Denom())
	out := new(big.Rat).Mul(new(big.Rat).SetInt(whole), r.unit)
	if x.Sign() < 0 {
		out.Neg(out)
	}
	return out
}
