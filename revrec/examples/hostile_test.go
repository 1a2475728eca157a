package examples

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// hostile are values that figures, days and names of a case are replaced by, one at a time.
var hostile = []any{"0", "-1", "1", "0.000000000001", "9999999999999.99", "-9999999999999", "999999999", "1199", "100", "1000000000000000", "", "1970-01-01", "2199-12-31", "2199-12", nil, true, false, []any{}, m{}}

// replaced calls visit with a case in which one value is another, for every value in it.
func replaced(value any, set func(any), visit func()) {
	switch x := value.(type) {
	case map[string]any:
		for key, inner := range x {
			replaced(inner, func(v any) { x[key] = v }, visit)
			delete(x, key)
			visit()
			x[key] = inner
		}
	case []any:
		for i, inner := range x {
			replaced(inner, func(v any) { x[i] = v }, visit)
		}
	}
	for _, h := range hostile {
		set(h)
		visit()
	}
	set(value)
}

func TestNoFigureOfACaseMakesTheEnginePanic(t *testing.T) {
	source, err := os.ReadFile("testdata/examples.json")
	if err != nil {
		t.Fatal(err)
	}
	var shipped struct{ Vectors []m }
	if err := json.Unmarshal(source, &shipped); err != nil || len(shipped.Vectors) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, c := range shipped.Vectors {
		t.Run(fmt.Sprint(c["id"]), func(t *testing.T) {
			defer func() {
				if x := recover(); x != nil {
					text, _ := json.Marshal(c["inputs"])
					t.Errorf("%v\n%s", x, text)
				}
			}()
			inputs := c["inputs"]
			replaced(inputs, func(v any) { c["inputs"] = v }, func() {
				if _, ok := c["inputs"].(map[string]any); ok {
					Run(one(t, m{"kind": c["kind"], "inputs": c["inputs"]}))
				}
			})
		})
	}
}
