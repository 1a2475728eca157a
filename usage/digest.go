package usage

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
)

// digest is half a SHA-256: nobody finds two texts with the same one by accident.
type digest [16]byte

// hasher reuses its buffer over a batch.
type hasher struct{ b []byte }

// key hashes what identifies an event, content everything it says. Each text is
// written with its length, so that no two different lists run together.
func (h *hasher) digests(e *Event) (key, content digest) {
	h.b = h.b[:0]
	h.text(e.Source)
	h.text(e.ID)
	key = h.sum()
	h.text(e.Customer)
	h.text(e.Meter)
	// Postgres keeps microseconds, so finer differences are not content.
	h.b = binary.BigEndian.AppendUint64(h.b, uint64(e.OccurredAt.UnixMicro()))
	h.b = appendQuantity(h.b, e.Quantity)
	if len(e.Dimensions) > 0 {
		h.b = append(h.b, '/')
		for _, k := range slices.Sorted(maps.Keys(e.Dimensions)) {
			h.text(k)
			h.text(e.Dimensions[k])
		}
	}
	return key, h.sum()
}

func (h *hasher) text(s string) {
	h.b = binary.AppendUvarint(h.b, uint64(len(s)))
	h.b = append(h.b, s...)
}

func (h *hasher) sum() digest {
	sum := sha256.Sum256(h.b)
	return digest(sum[:16])
}
