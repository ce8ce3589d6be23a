package scenario

import (
	"fmt"
	"testing"
)

// There is one way to match.
func TestPattern(t *testing.T) {
	type table map[string]any
	for _, c := range []struct {
		want  any
		value any
		fits  bool
	}{
		{"order", "order", true}, {"order", "orders", false}, {"order <any>", "order 7", true}, {"order", []byte("order"), true},
		{"3", 3, true}, {int64(3), int32(3), true}, {int64(3), uint8(4), false}, {int64(3), "3", false}, {"3", "3", true},
		{"2..3", 2, true}, {"2..3", int64(3), true}, {"2..3", 4, false}, {"1..", 100, true}, {"1..", 0, false}, {"..2", 2, true}, {"..2", 3, false},
		{"..", 1, false}, {"2..3", "2..3", true}, {"2..3", "2", false}, {1.5, 1.5, true}, {"a..b", 1, false},
		{true, true, true}, {true, false, false}, {true, "true", false}, {nil, nil, true}, {nil, 1, false},
		{map[string]any{"a": int64(1)}, table{"a": 1, "b": 2}, true}, {map[string]any{"a": int64(1)}, table{"b": 2}, false},
		{map[string]any{"a": Absent}, table{"b": 2}, true}, {map[string]any{"a": Absent}, table{"a": nil}, false},
		{[]any{"a", "c"}, []any{"a", "b", "c"}, true}, {[]any{"c", "a"}, []any{"a", "b", "c"}, false}, {[]any{"a", "a"}, []any{"a"}, false},
		{[]any{map[string]any{"queue": "tasks"}}, []any{table{"queue": "tasks", "count": 1}}, true}, {map[string]any{}, "text", false}, {[]any{}, 1, false},
	} {
		t.Run(fmt.Sprint(c.want, c.value), func(t *testing.T) {
			if got := NewPattern(c.want).Fits(c.value, true); got != c.fits {
				t.Errorf("%v", got)
			}
		})
	}
	if !NewPattern(Absent).Fits(nil, false) || NewPattern(Absent).Fits("x", true) || NewPattern("x").Fits(nil, false) {
		t.Error("what is absent")
	}
}
