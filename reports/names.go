package reports

import (
	"cmp"
	"fmt"

	"ratable/contracts"
	"ratable/customers"
)

// name looks up what contracts and customers are called, all of a report in two queries, and says where they lead.
func (d *drawing) name() error {
	var agreed []int64
	var people []customers.ID
	d.each(func(c *Cell) {
		if c.contract != 0 {
			agreed = append(agreed, c.contract)
		}
		if c.customer != 0 {
			people = append(people, customers.ID(c.customer))
		}
	})
	if len(agreed) > 0 {
		numbers, err := contracts.NumbersOf(d.ctx, d.q, agreed)
		if err != nil {
			return err
		}
		d.each(func(c *Cell) {
			if c.contract == 0 {
				return
			}
			c.Text = cmp.Or(numbers[c.contract], fmt.Sprint(c.contract))
			if c.Link.To == "" {
				c.Link = to(ToSchedule, c.Text)
			}
		})
	}
	if len(people) > 0 {
		called, err := customers.NamesOf(d.ctx, d.q, people)
		if err != nil {
			return err
		}
		d.each(func(c *Cell) {
			if c.customer == 0 {
				return
			}
			c.Text = cmp.Or(called[customers.ID(c.customer)], fmt.Sprint(c.customer))
			c.Link = to(ToCustomer, fmt.Sprint(c.customer))
		})
	}
	return nil
}

func (d *drawing) each(visit func(c *Cell)) {
	for t := range d.out.Tables {
		for r := range d.out.Tables[t].Rows {
			for c := range d.out.Tables[t].Rows[r].Cells {
				visit(&d.out.Tables[t].Rows[r].Cells[c])
			}
		}
	}
}
