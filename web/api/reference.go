package api

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// Reference is the OpenAPI document as a page shows it.
type Reference struct {
	Introduction string
	Groups       []ReferenceGroup
}

// ReferenceGroup is a heading with its operations, in the order of their addresses.
type ReferenceGroup struct {
	Name, Says string
	Operations []ReferenceOperation
}

// ReferenceOperation is one operation. Body and Answer are flat: a key inside another is written with a dot.
type ReferenceOperation struct {
	ID, Method, Path, Summary, Text, Scope string
	Parameters                             []ReferenceField
	Body, Answer                           []ReferenceField
	Curl, Example                          string
	Problems                               []ReferenceProblem
}

// ReferenceField is a parameter or key.
type ReferenceField struct {
	Name, In, Kind, Says string
	Required             bool
}

// ReferenceProblem is a refusal by its status.
type ReferenceProblem struct{ Status, Says string }

// TheReference is made once: the document does not change while the program runs.
var TheReference = sync.OnceValue(func() Reference {
	s := &server{Config: Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Rate: Usual}}
	s.mount(echo.New())
	doc := s.document.openAPI
	out := Reference{Introduction: introduction}
	all := s.operations()
	slices.SortStableFunc(all, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	for _, tag := range doc.Tags {
		g := ReferenceGroup{Name: tag.Name, Says: tag.Description}
		for _, o := range all {
			if o.tag == tag.Name {
				g.Operations = append(g.Operations, referenceOf(doc, operationAt(doc, o.method, o.path), o.about))
			}
		}
		if len(g.Operations) > 0 {
			out.Groups = append(out.Groups, g)
		}
	}
	return out
})

func referenceOf(doc *huma.OpenAPI, op *huma.Operation, a about) ReferenceOperation {
	r := ReferenceOperation{ID: a.id, Method: a.method, Path: a.path, Summary: a.summary, Text: strings.TrimSpace(a.details), Scope: string(a.scope)}
	for _, p := range op.Parameters {
		if p.Ref != "" {
			p = doc.Components.Parameters[strings.TrimPrefix(p.Ref, "#/components/parameters/")]
		}
		r.Parameters = append(r.Parameters, ReferenceField{Name: p.Name, In: p.In, Kind: kindOf(doc, p.Schema), Says: p.Description, Required: p.Required})
	}
	if op.RequestBody != nil {
		r.Body = fields(doc, media(op.RequestBody.Content).Schema, "", 0)
	}
	if answer := op.Responses[strconv.Itoa(a.success())]; answer != nil && len(answer.Content) > 0 {
		m := media(answer.Content)
		r.Answer, r.Example = fields(doc, m.Schema, "", 0), written(m.Example)
	}
	for code, p := range op.Responses {
		if code[0] == '4' || code[0] == '5' {
			if p.Ref != "" {
				p = doc.Components.Responses[strings.TrimPrefix(p.Ref, "#/components/responses/")]
			}
			r.Problems = append(r.Problems, ReferenceProblem{code, p.Description})
		}
	}
	slices.SortFunc(r.Problems, func(a, b ReferenceProblem) int { return strings.Compare(a.Status, b.Status) })
	r.Curl = curl(op, a)
	return r
}

// media is the JSON of a body where there is one.
func media(content map[string]*huma.MediaType) *huma.MediaType {
	if m := content["application/json"]; m != nil {
		return m
	}
	for _, m := range content {
		return m
	}
	return &huma.MediaType{}
}

// curl is a call that can be pasted, with the examples of the parameters.
func curl(op *huma.Operation, a about) string {
	path, query := a.path, []string{}
	for _, p := range op.Parameters {
		if p.Ref != "" || p.Schema == nil || len(p.Schema.Examples) == 0 {
			continue
		}
		example := fmt.Sprint(p.Schema.Examples[0])
		switch {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", example)
		case p.In == "query" && p.Required:
			query = append(query, p.Name+"="+example)
		}
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	var b strings.Builder
	b.WriteString("curl")
	if a.method != http.MethodGet {
		b.WriteString(" -X " + a.method)
	}
	fmt.Fprintf(&b, " \"$RATABLE%s\"", path)
	if a.scope != "" {
		b.WriteString(" \\\n  -H \"Authorization: Bearer $TOKEN\"")
	}
	if a.changes() {
		b.WriteString(" \\\n  -H \"Idempotency-Key: $(uuidgen)\"")
	}
	if a.request != nil {
		kind, body := a.contentType(), a.request
		text, isText := body.(string)
		if !isText {
			text = written(body)
		}
		fmt.Fprintf(&b, " \\\n  -H \"Content-Type: %s\" \\\n  --data-binary '%s'", kind, strings.ReplaceAll(strings.TrimSpace(text), "'", `'\''`))
	}
	return b.String()
}

func (a *about) contentType() string {
	if len(a.consumes) > 0 {
		return a.consumes[0]
	}
	return "application/json"
}

func written(sample any) string {
	if sample == nil {
		return ""
	}
	text, err := json.MarshalIndent(sample, "", "  ")
	if err != nil {
		panic(err) // an example of this package
	}
	return string(text)
}

func resolve(doc *huma.OpenAPI, s *huma.Schema) *huma.Schema {
	for s != nil && s.Ref != "" {
		s = doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// deepest bounds how far keys inside keys are listed.
const deepest = 3

func fields(doc *huma.OpenAPI, s *huma.Schema, path string, depth int) []ReferenceField {
	s = resolve(doc, s)
	if s == nil || depth > deepest {
		return nil
	}
	if len(s.OneOf) > 0 {
		return fields(doc, s.OneOf[0], path, depth)
	}
	if s.Type == "array" {
		return fields(doc, s.Items, path+"[]", depth)
	}
	var names []string
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []ReferenceField
	for _, name := range names {
		p := s.Properties[name]
		at := strings.TrimPrefix(path+"."+name, ".")
		out = append(out, ReferenceField{Name: at, Kind: kindOf(doc, p), Says: resolve(doc, p).Description, Required: slices.Contains(s.Required, name)})
		out = append(out, fields(doc, p, at, depth+1)...)
	}
	return out
}

// kindOf is what a value may be, in a few words.
func kindOf(doc *huma.OpenAPI, s *huma.Schema) string {
	s = resolve(doc, s)
	switch {
	case s == nil:
		return ""
	case len(s.Enum) > 0:
		words := make([]string, len(s.Enum))
		for i, e := range s.Enum {
			words[i] = fmt.Sprint(e)
		}
		return strings.Join(words, " | ")
	case s.Type == "array":
		return "list of " + kindOf(doc, s.Items)
	case s.Format == "date":
		return "day"
	case s.Format == "date-time":
		return "time"
	case s.Type == "":
		return "any"
	case s.Type == "string":
		return "text"
	case s.Type == "integer":
		return "whole number"
	}
	return s.Type
}
