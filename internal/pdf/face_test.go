package pdf

import "testing"

func TestThe8BitAndTheUTF8FacesHaveTheSameMetrics(t *testing.T) {
	for i, file := range [][]byte{regularLatinTTF, boldLatinTTF} {
		small := parseTTF(file)
		for b := 0x20; b < 0x100; b++ {
			r := rune(b)
			if b >= 0x80 && b < 0xA0 {
				r = latin1252[b-0x80]
			}
			if b == 0x7F || r == 0 {
				continue
			}
			gid, ok := small.glyphs[r]
			if !ok || small.advance(gid) != faces()[i].advance[r] || int(latinByte(r)) != b {
				t.Errorf("%U: in the small face %v, byte %#x", r, ok, latinByte(r))
			}
		}
	}
}

func TestBothWeightsHaveTheSameCharacters(t *testing.T) {
	if faces()[0].glyph != faces()[1].glyph {
		t.Error("a character of one weight is missing in the other: Clean asks only the regular one")
	}
	if !faces()[0].has(Replacement) {
		t.Error("the replacement character itself has no glyph")
	}
}
