package reports

import (
	"cmp"
	"fmt"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/period"
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
		for i := range d.out.Tables {
			d.out.Tables[i].settle()
		}
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

// schedule leads to the schedule of the contract that the row names.
var schedule = Link{To: ToSchedule}

// because leads to why a line of the contract that the row names earns what it does in a month: everything that was ever booked
// for the month stands there side by side.
func because(line string, m period.Month) Link { return to(ToWhy, "", "line", line, "month", m) }

// settle sends figures on to the schedule of their row's contract, and puts a table by contract in the order of numbers:
// the keys it came in mean nothing to a reader.
func (t *Table) settle() {
	for _, r := range t.Rows {
		for i := range r.Cells {
			if l := &r.Cells[i].Link; (l.To == ToSchedule || l.To == ToWhy) && l.Of == "" {
				n := slices.IndexFunc(r.Cells, func(c Cell) bool { return c.contract != 0 })
				if n < 0 {
					*l = Link{}
					continue
				}
				l.Of = r.Cells[n].Text
			}
		}
	}
	lines := len(t.lines)
	if t.Columns[0].Name != "contract" || t.Ordered || lines == 0 || t.lines[0] != 0 || t.lines[lines-1] != lines-1 {
		return
	}
	slices.SortStableFunc(t.Rows[:lines], func(a, b Row) int { return cmp.Compare(a.Cells[0].Text, b.Cells[0].Text) })
}
