// Package tax says what a sale owes the state, and why.
//
// It owns: places (countries, states, cities, districts) and which of them a postcode lies in; the rates of a
// place since a day; product codes and what is taxable where, with citation and confidence; the registrations of
// our legal entities; customers' exemption certificates; the rounding each regime prescribes; Determine and Reverse.
//
// It does not own: the snapshot printed on an invoice (invoicing freezes the rows Determine returns and never
// asks again), addresses and tax ids (customers), who our entities are (entities), returns and their filing.
//
// Times. Sale.On is the tax point: it alone selects rates, rules, registrations and certificates. The day a rate
// was loaded is recorded_at and known_order in the database. The invoice date is invoicing's and unknown here.
//
// Invariants. Every line gets at least one row. A row without tax has a reason. The rows of a document add up to
// its tax, to the minor unit, under every rounding policy. The mirrored sale has mirrored rows. A rate, a rule or
// a place we do not hold is an error or a stated lack of precision, never a silent guess.
//
// Nothing here is tax advice. Each seeded row names its source; `confidence` says how far to trust it.
package tax
