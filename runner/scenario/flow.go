package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// flow writes a value as YAML in one line.
func flow(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return scalar(v, "[%s]")
	case []byte:
		return scalar(string(v), "[%s]")
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = flow(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		return flowTable(v, slices.Sorted(maps.Keys(v)))
	}
	return fmt.Sprint(v)
}

// flowTable writes a table in one line, with its keys in an order.
func flowTable(table map[string]any, order []string) string {
	var entries []string
	for _, name := range order {
		if value, ok := table[name]; ok {
			entries = append(entries, scalar(name, "{%s: 0}")+": "+flow(value))
		}
	}
	return "{" + strings.Join(entries, ", ") + "}"
}
