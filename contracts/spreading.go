package contracts

import "ratable/catalog"

// spreadings says of each ratable piece how its price is spread over the days it is earned on, by the version of the product
// that it was priced at. A concession is spread like what it lowers.
func (p *pricing) spreadings() {
	effective := map[int]*Version{}
	for i, v := range p.agreement.Versions {
		effective[v.Number] = &p.agreement.Versions[i]
	}
	of := map[string]catalog.Spreading{} // by line
	for i, x := range p.pieces {
		if x.Kind == Concession || x.Recognition == catalog.PointInTime || effective[x.Version] == nil {
			continue
		}
		p.pieces[i].Spreading = p.product(x.Product, effective[x.Version]).Spreading()
		of[x.Line] = p.pieces[i].Spreading
	}
	for i, x := range p.pieces {
		if x.Kind == Concession {
			p.pieces[i].Spreading = of[x.Line]
		}
	}
}
