package usage

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"unicode"

	"ratable/internal/fault"
)

// maxSetBytes bounds a document of a backfill: about what 200,000 events take.
const maxSetBytes = 128 << 20

// ParseSet reads the events of a backfill, CSV as ParseCSV or CloudEvents as
// ParseCloudEvents: which of the two shows in the first character.
func ParseSet(r io.Reader) (events []Event, err error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	for {
		first, err := buffered.Peek(1)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read usage file: %w", err)
		}
		if len(first) == 0 || !unicode.IsSpace(rune(first[0])) {
			if len(first) == 1 && (first[0] == '{' || first[0] == '[') {
				return parseJSONSet(buffered)
			}
			break
		}
		if _, err := buffered.Discard(1); err != nil {
			return nil, fmt.Errorf("read usage file: %w", err)
		}
	}
	err = ParseCSV(buffered, func(batch []Event) error {
		if events = append(events, batch...); len(events) > MaxCorrections {
			return fault.New(fault.Invalid, "the file has more than %d events: a backfill is done as a whole; replace shorter stretches", MaxCorrections)
		}
		return nil
	})
	return events, err
}

func parseJSONSet(r io.Reader) ([]Event, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxSetBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read usage file: %w", err)
	}
	if len(body) > maxSetBytes {
		return nil, fault.New(fault.Invalid, "the file is larger than %d MB: replace shorter stretches", maxSetBytes>>20)
	}
	return ParseCloudEvents(body)
}
