package ledger

import (
	"ratable/internal/money"
)

// The rules of the event table: what each event of a document books. They are pure, they say nothing of which document or day,
// and both what this system bills and what is billed elsewhere goes through them. Every rule gives postings that balance.

// Share is where what a line asked for stands on the day of an event: what of it is earned, what is still deferred, and its
// tax. Earned and deferred are its amount before tax.
type Share struct{ Recognized, Deferred, Tax money.Amount }

// Net is the amount before tax.
func (s Share) Net() money.Amount { return s.Recognized.Add(s.Deferred) }

// Gross is the amount with tax.
func (s Share) Gross() money.Amount { return s.Net().Add(s.Tax) }

// Add adds shares up.
func (s Share) Add(t Share) Share {
	return Share{s.Recognized.Add(t.Recognized), s.Deferred.Add(t.Deferred), s.Tax.Add(t.Tax)}
}

// Sub takes a share off another.
func (s Share) Sub(t Share) Share {
	return Share{s.Recognized.Sub(t.Recognized), s.Deferred.Sub(t.Deferred), s.Tax.Sub(t.Tax)}
}

// Sums adds up shares.
func Sums(shares []Share) Share {
	var sum Share
	for _, s := range shares {
		sum = sum.Add(s)
	}
	return sum
}

// TakeGross splits what is taken back of lines, tax included: first into net and tax in proportion, then over the lines
// (largest remainder, ties to the earlier), then each line's net into earned and deferred by the policy. All of it is given
// back to the cent when all is taken. The amount is at most what the lines come to.
func (p Policy) TakeGross(lines []Share, gross money.Amount) []Share {
	sum := Sums(lines)
	parts := proportion(gross, sum.Net(), sum.Tax)
	taxes := make([]money.Amount, len(lines))
	for i, s := range lines {
		taxes[i] = s.Tax
	}
	out := p.TakeNet(lines, parts[0])
	for i, tax := range proportion(parts[1], taxes...) {
		out[i].Tax = tax
	}
	return out
}

// TakeNet splits an amount before tax in the same way and takes no tax back.
func (p Policy) TakeNet(lines []Share, net money.Amount) []Share {
	nets := make([]money.Amount, len(lines))
	for i, s := range lines {
		nets[i] = s.Net()
	}
	out := make([]Share, len(lines))
	for i, part := range proportion(net, nets...) {
		recognized, deferred := p.CreditSplit.split(lines[i], part)
		out[i] = Share{recognized, deferred, part.Sub(part)}
	}
	return out
}

// split takes an amount off a line's earned and deferred parts.
func (c CreditSplit) split(s Share, amount money.Amount) (recognized, deferred money.Amount) {
	first := func(available money.Amount) money.Amount {
		if available.Sign() != amount.Sign() || available.Abs().Cmp(amount.Abs()) > 0 {
			if available.Sign() == amount.Sign() {
				return amount
			}
			return amount.Sub(amount)
		}
		return available
	}
	switch c {
	case Proportional:
		parts := proportion(amount, s.Recognized, s.Deferred)
		return parts[0], parts[1]
	case RecognizedFirst:
		recognized = first(s.Recognized)
		return recognized, amount.Sub(recognized)
	}
	deferred = first(s.Deferred)
	return amount.Sub(deferred), deferred
}

// proportion splits an amount by others, which may be negative. Where those come to nothing there is no proportion: the first
// takes it.
func proportion(amount money.Amount, by ...money.Amount) []money.Amount {
	sum := money.Sum(by...)
	if amount == sum {
		return by
	}
	if sum.IsZero() || amount.IsZero() {
		out := make([]money.Amount, len(by))
		for i := range out {
			out[i] = amount.Sub(amount)
		}
		if len(out) > 0 {
			out[0] = amount
		}
		return out
	}
	return money.AllocateSigned(amount, decimals(by))
}

// postings leaves out what is nothing.
func postings(list ...Posting) []Posting {
	var out []Posting
	for _, p := range list {
		if !p.Amount.IsZero() {
			out = append(out, p)
		}
	}
	return out
}
