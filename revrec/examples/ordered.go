package examples

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"ratable/internal/fault"
)

// object is a JSON object whose keys keep their order: in which order lines stand decides who gets an odd cent.
type object struct {
	keys   []string
	values map[string]any // string, json.Number, bool, nil, []any, object
}

func (o *object) put(key string, value any) {
	if o.values == nil {
		o.values = map[string]any{}
	}
	if _, again := o.values[key]; !again {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

// MarshalJSON writes the keys in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, key := range o.keys {
		name, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(o.values[key])
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(name)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// deepest is how far values may be nested: nobody's cases are, and a hostile file would exhaust the stack.
const deepest = 40

func decode(source []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(source))
	dec.UseNumber()
	value, err := readValue(dec, 0)
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = fmt.Errorf("something follows after the end")
		}
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "the cases are no JSON: %v (at byte %d)", err, dec.InputOffset())
	}
	return value, nil
}

func readValue(dec *json.Decoder, depth int) (any, error) {
	token, err := dec.Token()
	if err != nil || depth > deepest {
		return nil, fmt.Errorf("cannot be read so far down: %w", err)
	}
	delim, ok := token.(json.Delim)
	switch {
	case !ok:
		return token, nil
	case delim == '[':
		list := []any{}
		for dec.More() {
			item, err := readValue(dec, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		_, err = dec.Token()
		return list, err
	}
	var o object
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		value, err := readValue(dec, depth+1)
		if err != nil {
			return nil, err
		}
		o.put(fmt.Sprint(key), value)
	}
	_, err = dec.Token()
	return o, err
}
