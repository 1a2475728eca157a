package api_test

import (
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"ratable/web/webtest"
)

// documentAt reads the document as a client does, with a library that is not the one that wrote it.
func documentAt(t *testing.T, site *webtest.Site, path string) *openapi3.T {
	t.Helper()
	p := site.Anonymous().Do(http.MethodGet, path, nil, nil).Want(http.StatusOK)
	doc, err := openapi3.NewLoader().LoadFromData([]byte(p.Body))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return doc
}

func TestTheDocumentIsValidInEveryForm(t *testing.T) {
	site := webtest.New(t)
	for path, version := range map[string]string{
		"/v1/openapi.json": "3.1.0", "/v1/openapi.yaml": "3.1.0", "/v1/openapi-3.0.json": "3.0.3", "/v1/openapi-3.0.yaml": "3.0.3",
	} {
		doc := documentAt(t, site, path)
		options := []openapi3.ValidationOption{openapi3.EnableSchemaFormatValidation(), openapi3.EnableMultiError()}
		if err := doc.Validate(t.Context(), options...); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if doc.OpenAPI != version {
			t.Errorf("%s says it is OpenAPI %s, want %s", path, doc.OpenAPI, version)
		}
	}
}
