// Package examples lets the engine prove itself on published cases of revenue recognition: `ratable examples FILE`.
//
// It owns the shape of a case (facts and policies in, figures out), the translation of a case into the engine's own inputs, and
// the comparison with what the case expects. It does not own any rule of accounting: what it prints was computed by the
// functions that runs, previews and simulations call. It adds, divides and rounds nothing, and looks nothing up by a case's
// name, description or published figure. A fact or policy it does not know makes a case unsupported, by name; it is never
// passed over.
//
// Times: a case brings its own days; nothing here knows a clock.
package examples
