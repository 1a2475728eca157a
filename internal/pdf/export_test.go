package pdf

// Texts is what each page says, in drawing order.
func (d *Doc) Texts() [][]string {
	out := make([][]string, len(d.pages))
	for i, p := range d.pages {
		for _, s := range p.steps {
			if s.kind == stepText {
				out[i] = append(out[i], s.text)
			}
		}
	}
	return out
}
