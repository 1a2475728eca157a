package contracts

// kept says that a stretch ends because the contract was ended without refund:
// what its customer was to pay in advance for days after the end is not given
// back, and earned by the end.
func kept(s stretch[fee]) bool {
	e := s.last.Document.Ending
	return e != nil && e.Refund == NoRefund && s.terms.in != Arrears && s.span.End == s.last.Document.Term.Span().End
}
