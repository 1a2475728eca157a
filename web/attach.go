package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// attachForm takes a file for a version of the contract.
func (v *visit) attachForm() error { return v.showAttach(http.StatusOK, nil) }

func (v *visit) showAttach(status int, found []fault.Field) error {
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return err
	}
	at := contractAddress(d.Number)
	version := v.form("version")
	if version == "" {
		version = strconv.Itoa(d.Latest().Number)
	}
	var versions []ui.Option
	for _, r := range d.History {
		versions = append(versions, ui.Option{Value: strconv.Itoa(r.Number), Label: fmt.Sprintf("Version %d, from %s", r.Number, ui.DayText(r.EffectiveOn))})
	}
	view := page.Ask{
		Head: ui.HeadProps{Title: "Attach to " + d.Number, Sub: d.customer.Name, Crumbs: []ui.Anchor{{Label: "Contracts", Href: "/contracts"}, {Label: d.Number, Href: at}}},
		Text: []string{"The signed paper, or a mail in which both sides agree. A file is kept as it is, with its SHA-256, and cannot be changed or taken away."},
		Form: ui.FormProps{Action: at + "/attach", Files: true, Errors: found},
		Fields: []ui.FieldProps{
			{Name: "file", Label: "File", Kind: ui.FileInput, Accept: ".pdf,.png,.jpg,.jpeg,.docx,.eml", Hint: "PDF, PNG, JPG, DOCX or EML, 10 MB at most", Required: true, Errors: found},
			{Name: "version", Label: "Belongs to", Kind: ui.SelectInput, Value: version, Options: versions, Errors: found},
			{Name: "about", Label: "Clause or line", Value: v.form("about"), Optional: true, Errors: found},
		},
		Verb: ui.ButtonProps{Label: "Attach", Look: ui.Primary}, Back: at,
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "contracts"}, page.AskPage(view))
}

func (v *visit) attach() error {
	number := v.param("number")
	name, content, err := v.sentFile("file")
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(v.form("version"))
	var a contracts.Attachment
	err = v.do(func(t tx) (err error) {
		a, err = contracts.Attach(v.ctx, t, number, version, name, v.form("about"), content, v.By)
		return err
	})
	switch found := fault.Fields(err); {
	case fault.Kind(err) == fault.Conflict:
		return v.showAttach(http.StatusConflict, []fault.Field{{Path: "file", Message: sentence(err)}})
	case len(found) > 0:
		return v.showAttach(http.StatusUnprocessableEntity, found)
	case err != nil:
		return err
	}
	return v.redirect(contractAddress(number), done(a.Name+" is attached to version "+strconv.Itoa(a.Version)))
}

// sentFile reads a chosen file, one byte more than fits, so that the verb can refuse it; none chosen is no content.
func (v *visit) sentFile(field string) (name string, content []byte, err error) {
	file, err := v.echo.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	f, err := file.Open()
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	content, err = io.ReadAll(io.LimitReader(f, contracts.MaxAttachment+1))
	return file.Filename, content, err
}

// contractFile hands a file out as it came: to be saved, never to be shown inside our pages.
func (v *visit) contractFile() error {
	id, err := v.number("file")
	if err != nil {
		return err
	}
	c, err := contracts.Get(v.ctx, v.DB, v.param("number"))
	if err != nil {
		return err
	}
	a, err := contracts.LoadAttachment(v.ctx, v.DB, c, id)
	if err != nil {
		return err
	}
	return v.file(a.Name, a.MediaType, a.Content, false)
}

// files lists what is attached to the contract.
func (v *visit) files(d dossier) (ui.TableProps, []contracts.Attachment, error) {
	found, err := contracts.Attachments(v.ctx, v.DB, d.Contract)
	t := ui.TableProps{
		Title:   "Attachments",
		Columns: []ui.Column{{Label: "File"}, {Label: "Version", Kind: ui.Figures}, {Label: "Size", Kind: ui.Figures}, {Label: "Attached"}, {Label: "SHA-256"}},
		Empty:   ui.EmptyProps{Title: "No file attached", Text: "The signed paper belongs here."},
	}
	if v.may(post, "/contracts/:number/attach") {
		t.Corner = ui.Button(ui.ButtonProps{Label: "Attach", Small: true, Href: contractAddress(d.Number) + "/attach"})
	}
	for _, a := range found {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(page.FileLink(a.Name, a.About, fileAddress(d.Number, a.ID)), ui.Count(int64(a.Version)), ui.Text(fileSize(a.Size)),
			ui.TwoLines(d.people[a.UploadedBy], ui.DayText(period.DateOf(a.At, time.UTC))), page.Hash(a.Hash()))})
	}
	return t, found, err
}

func fileAddress(number string, id int64) string {
	return contractAddress(number) + "/files/" + strconv.FormatInt(id, 10)
}

func fileSize(n int) string {
	switch {
	case n < 1000:
		return howMany(n, "byte")
	case n < 1_000_000:
		return fmt.Sprintf("%d kB", (n+500)/1000)
	}
	return fmt.Sprintf("%d.%d MB", n/1_000_000, n%1_000_000/100_000)
}
