package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	convert "github.com/danielgtaylor/huma/v2/yaml"
	"gopkg.in/yaml.v3"
)

// document is the OpenAPI document, written out once.
type document struct {
	openAPI *huma.OpenAPI
	once    sync.Once
	texts   map[string][]byte
}

// Where the document stands, and what it is served as.
const (
	jsonDocument = "application/openapi+json"
	yamlDocument = "application/openapi+yaml"
)

func (s *server) documentOperations() []operation {
	give := func(id, path, kind, summary string) operation {
		return bare[struct{}, file](about{
			id: id, method: http.MethodGet, path: path, tag: tagState, summary: summary, produces: []string{kind, "application/json"},
			details: "The description of this API that you are reading, for programs: it is made from the types that the handlers read and write.",
			answer:  `{"openapi":"3.1.0"}`,
		}, func(c *call) error {
			return c.reply(answer{status: http.StatusOK, kind: kind, body: s.document.text(path)})
		})
	}
	return []operation{
		give("get-openapi", "/v1/openapi.json", jsonDocument, "The OpenAPI 3.1 document"),
		give("get-openapi-yaml", "/v1/openapi.yaml", yamlDocument, "The OpenAPI 3.1 document as YAML"),
		give("get-openapi-3-0", "/v1/openapi-3.0.json", jsonDocument, "The document as OpenAPI 3.0.3, for generators that need it"),
		give("get-openapi-3-0-yaml", "/v1/openapi-3.0.yaml", yamlDocument, "The document as OpenAPI 3.0.3 and YAML"),
	}
}

// text is the document in the form of an address.
func (d *document) text(path string) []byte {
	d.once.Do(func() {
		write := func(path string, text []byte, err error) {
			if err != nil {
				panic(fmt.Sprintf("write %s: %v", path, err)) // made of our own types
			}
			d.texts[path] = text
		}
		d.texts = map[string][]byte{}
		text, err := json.Marshal(d.openAPI)
		write("/v1/openapi.json", text, err)
		text, err = d.openAPI.YAML()
		write("/v1/openapi.yaml", text, err)
		older, err := d.downgrade()
		write("/v1/openapi-3.0.json", older, err)
		var converted bytes.Buffer
		err = convert.Convert(&converted, bytes.NewReader(older))
		write("/v1/openapi-3.0.yaml", converted.Bytes(), err)
	})
	return d.texts[path]
}

// downgrade is the document as OpenAPI 3.0.3. huma's own leaves behind how 3.1 says that a body is no text.
func (d *document) downgrade() ([]byte, error) {
	text, err := d.openAPI.Downgrade()
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	binary(tree)
	return json.Marshal(tree)
}

func binary(node any) {
	switch v := node.(type) {
	case map[string]any:
		if _, is := v["contentMediaType"]; is && v["type"] == "string" {
			delete(v, "contentMediaType")
			v["format"] = "binary"
		}
		for _, inner := range v {
			binary(inner)
		}
	case []any:
		for _, inner := range v {
			binary(inner)
		}
	}
}

// operation is what huma is told before it looks at the types.
func (a *about) operation() *huma.Operation {
	return &huma.Operation{
		OperationID: a.id, Method: a.method, Path: a.path, Tags: []string{a.tag}, Summary: a.summary,
		DefaultStatus: a.success(), MaxBodyBytes: a.most() + 1,
		BodyReadTimeout: -1, // the gate has read it: a deadline left on the connection would cut a slow answer off
	}
}

// finish completes what huma wrote about the operation, and learns from it which parameters there are.
func (a *about) finish(doc *huma.OpenAPI, out reflect.Type) {
	op := operationAt(doc, a.method, a.path)
	schemas := doc.Components.Schemas
	a.defaults(op)
	op.Description = a.text()
	op.Extensions = map[string]any{}
	if a.scope != "" {
		op.Security = []map[string][]string{{"token": {}}}
		op.Extensions["x-scope"] = string(a.scope)
		op.Extensions["x-roles"] = roleNames(a.desks())
	} else {
		op.Security = []map[string][]string{}
	}
	if op.RequestBody != nil {
		a.describeBody(op.RequestBody)
	}
	success := strconv.Itoa(a.success())
	op.Responses = map[string]*huma.Response{success: a.response(schemas, a.success(), out, a.answer)}
	for status, sample := range a.also {
		op.Responses[strconv.Itoa(status)] = a.response(schemas, status, reflect.TypeOf(sample), sample)
	}
	for _, status := range a.errors(op) {
		if code := strconv.Itoa(status); op.Responses[code] == nil {
			op.Responses[code] = &huma.Response{Ref: "#/components/responses/" + refusals[status].name}
		}
	}
	if a.changes() {
		op.Parameters = append(op.Parameters, &huma.Param{Ref: "#/components/parameters/IdempotencyKey"})
	}
	if a.describe != nil {
		a.describe(op, schemas)
	}
}

// defaults fills in what an operation did not say.
func (a *about) defaults(op *huma.Operation) {
	for _, p := range op.Parameters {
		if p.In == "query" {
			a.query = append(a.query, p.Name)
			if p.Explode != nil && *p.Explode && p.Schema.Type == "array" {
				a.repeats = append(a.repeats, p.Name)
			}
		}
	}
	slices.Sort(a.query)
	if a.consumes == nil && op.RequestBody != nil {
		a.consumes = []string{"application/json"}
	}
	if a.produces == nil {
		a.produces = []string{"application/json"}
	}
}

// text is the description: the sentences of the operation, then who may.
func (a *about) text() string {
	text := strings.TrimSpace(a.details)
	if a.scope != "" {
		text += fmt.Sprintf("\n\nScope: `%s`. Roles of the token's user: %s.", a.scope, strings.Join(roleNames(a.desks()), ", "))
	}
	return strings.TrimSpace(text)
}

// describeBody gives the body's schema to each media type, with the example.
func (a *about) describeBody(body *huma.RequestBody) {
	var schema *huma.Schema
	for _, media := range body.Content {
		schema = media.Schema
	}
	body.Content = map[string]*huma.MediaType{}
	for _, kind := range a.consumes {
		body.Content[kind] = &huma.MediaType{Schema: schema, Example: example(a.request)}
	}
}

// response describes one answer that is no problem.
func (a *about) response(schemas huma.Registry, status int, of reflect.Type, sample any) *huma.Response {
	r := &huma.Response{Description: http.StatusText(status), Headers: map[string]*huma.Param{}}
	if a.changes() {
		r.Headers[replayedHeader] = &huma.Header{Ref: "#/components/headers/IdempotencyReplayed"}
	}
	if of.Implements(reflect.TypeFor[placed]()) {
		r.Headers["Location"] = &huma.Header{Description: "Where what was made stands", Schema: &huma.Schema{Type: "string"}}
	}
	if of.Implements(reflect.TypeFor[interface{ next() string }]()) {
		r.Headers["Link"] = &huma.Header{Ref: "#/components/headers/Link"}
	}
	if of == reflect.TypeFor[none]() {
		return r
	}
	r.Content = map[string]*huma.MediaType{}
	for _, kind := range a.produces {
		media := &huma.MediaType{Example: example(sample)}
		switch {
		case of != reflect.TypeFor[file]():
			media.Schema = schemas.Schema(of, true, a.id+"Answer")
		case strings.Contains(kind, "json") || strings.Contains(kind, "yaml"):
			media.Schema, media.Example = &huma.Schema{}, nil
		default:
			media.Schema, media.Example = &huma.Schema{Type: "string", Format: "binary"}, nil
		}
		r.Content[kind] = media
	}
	return r
}

// errors are the refusals that an operation can answer with.
func (a *about) errors(op *huma.Operation) []int {
	codes := map[int]bool{http.StatusNotAcceptable: true, http.StatusInternalServerError: true}
	for _, code := range a.refuses {
		codes[code] = true
	}
	if a.scope != "" {
		codes[http.StatusUnauthorized], codes[http.StatusForbidden] = true, true
		codes[http.StatusTooManyRequests] = !a.streams
	}
	for _, p := range op.Parameters {
		codes[http.StatusNotFound] = codes[http.StatusNotFound] || p.In == "path"
	}
	if len(op.Parameters) > 0 || op.RequestBody != nil || a.scope != "" {
		codes[http.StatusUnprocessableEntity] = true
	}
	if op.RequestBody != nil {
		codes[http.StatusRequestEntityTooLarge], codes[http.StatusUnsupportedMediaType] = true, true
	}
	if a.changes() {
		codes[http.StatusConflict] = true
	}
	maps.DeleteFunc(codes, func(_ int, on bool) bool { return !on })
	return slices.Sorted(maps.Keys(codes))
}

func operationAt(doc *huma.OpenAPI, method, path string) *huma.Operation {
	item := doc.Paths[path]
	return map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
	}[method]
}

// example is what stands in the document for an example: one written as YAML stands there as the object that it says.
func example(sample any) any {
	text, isText := sample.(string)
	if !isText {
		return sample
	}
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil || len(n.Content) == 0 {
		panic(fmt.Sprintf("an example is no YAML: %v: %s", err, text)) // written in this package
	}
	return plain(n.Content[0])
}

// plain is a node as JSON has it: days and words are texts, figures numbers.
func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			out[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return out
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, item := range n.Content {
			out[i] = plain(item)
		}
		return out
	}
	switch n.ShortTag() {
	case "!!int", "!!float":
		return json.Number(n.Value)
	case "!!bool":
		return n.Value == "true"
	}
	return n.Value
}
