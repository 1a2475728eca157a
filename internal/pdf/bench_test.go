package pdf_test

import (
	"testing"

	"ratable/internal/pdf"
)

func BenchmarkLatin(b *testing.B) { benchmark(b, "Brandywine Robotics") }
func BenchmarkWide(b *testing.B)  { benchmark(b, "Łódź Systemy") }

func benchmark(b *testing.B, customer string) {
	for b.Loop() {
		sample{customer, 10, pdf.Letter}.bytes(b)
	}
}
