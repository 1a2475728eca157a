// Package bench measures the main paths against the limit of the machine they run
// on: the same rows by bare COPY, the same question as bare SQL. It reports
// ratios of one run, never a verdict on time. `make bench` runs it.
package bench
