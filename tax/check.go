package tax

// KnowsProduct says whether a code can be sold: it is in the product codes.
func (t *Tables) KnowsProduct(code string) bool {
	_, ok := t.products[code]
	return ok
}

// ProductCodes lists what a product can be to the tax tables, by code.
func (t *Tables) ProductCodes() []ProductCode { return t.data.products }
