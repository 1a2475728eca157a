package scenario

import (
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/revrec"
)

// judgment is an assessment that was approved.
type judgment struct {
	account    customers.AccountID
	contract   contracts.ID
	assessment revrec.Assessment
}

// assess reads what an accountant judged about a contract; it is approved on the day.
func (b *builder) assess(x assess, path string) {
	if x.Assessment.Kind == 0 {
		b.refuse(path+".assessment", "", "is missing: what was judged")
		return
	}
	read, err := revrec.ParseAssessmentNode(&x.Assessment)
	if found := fault.Fields(err); len(found) > 0 {
		b.add(path+".assessment", found)
		return
	}
	if place, _, ok := b.signed(read.Contract, path+".assessment"); ok {
		a := b.agreements[place]
		b.happen(x.On, path, judgment{a.Account, a.Contract, read})
	}
}

// judge freezes what an assessment rests on, as it is known on the day, as proposing it does.
func (p *playing) judge(x judgment) error {
	a := p.byID[x.account]
	filled, err := revrec.Fill(x.assessment, p.s.world.Catalog, p.revrec(a, p.months))
	if err != nil {
		return err
	}
	number := 1
	for _, was := range a.assessed {
		if was.Lead == x.contract {
			number++
		}
	}
	a.assessed = append(a.assessed[:len(a.assessed):len(a.assessed)], revrec.Assessed{Lead: x.contract, Number: number, Assessment: filled})
	a.changed = true
	return nil
}
