// Package strict reads and writes the documents that people keep as files: contracts, the catalog.
//
// It owns the text: YAML or JSON, one document, no anchors, no tags, no key twice, no key unknown; every finding has the path
// and the line of what is wrong, and all of them are found in one go. It does not own what a document means: the packages that
// have documents do, and add their findings with Placed.
//
// Invariant, fuzzed through contracts and catalog: what Write wrote, Tree and Read give back.
package strict
