// Package client calls the API of Ratable from Go. All of it but this page is generated from the OpenAPI document by
// `make generate` (oapi-codegen); whoever writes in another language generates theirs from /v1/openapi.json.
//
// It owns no rule and imports nothing of this program, so that it can be copied out of it. Give NewClientWithResponses a
// RequestEditorFn that sets the header Authorization: Bearer <token>.
package client
