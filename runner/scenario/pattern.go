package scenario

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"tutor/runner/transcript"
)

// Pattern is what a value is held against. There is one way to match: a text may contain <any>, which
// alone is whatever is there, and a number may be given as a range (2..3, 1.. for at least, ..2 for at most); a table, or a list, matches one that
// contains what is written; <absent> matches what is not there.
type Pattern struct {
	want any
}

// NewPattern is the pattern of a value as YAML has it: a text, number, truth value, list, or mapping from texts.
func NewPattern(want any) Pattern { return Pattern{want} }

// Absent is the text that matches what is not there.
const Absent = "<absent>"

func (p *Pattern) decodeNode(d *decoder, n *yaml.Node, path string) { p.want = d.any(n, path) }

// String is the pattern as it is written.
func (p Pattern) String() string { return fmt.Sprint(p.want) }

// Fits reports whether a value, if it is there at all, is as the pattern wants it. Tables are mappings from
// texts.
func (p Pattern) Fits(value any, there bool) bool {
	if p.want == Absent || !there {
		return p.want == Absent && !there
	}
	return fits(p.want, reflect.ValueOf(value))
}

func fits(want any, value reflect.Value) bool {
	if body, is := bodyOf(value); is {
		return body.fits(want)
	}
	if want == transcript.Any {
		return true
	}
	for value.IsValid() && (value.Kind() == reflect.Interface || value.Kind() == reflect.Pointer) {
		value = value.Elem()
	}
	switch want := want.(type) {
	case nil:
		return !value.IsValid()
	case map[string]any:
		return contains(want, value)
	case []any:
		return includes(want, value)
	case bool:
		return value.Kind() == reflect.Bool && value.Bool() == want
	case string:
		return fitsText(want, value)
	case int64:
		if value.IsValid() && value.CanInt() {
			return value.Int() == want
		}
		return isNumber(float64(want), value)
	default:
		return isNumber(toFloat(want), value)
	}
}

func isNumber(want float64, value reflect.Value) bool {
	n, is := number(value)
	return is && cmp.Compare(n, want) == 0
}

// contains reports whether a table has all that is wanted of it.
func contains(want map[string]any, value reflect.Value) bool {
	if value.Kind() != reflect.Map || value.Type().Key().Kind() != reflect.String {
		return false
	}
	for name, w := range want {
		got := value.MapIndex(reflect.ValueOf(name).Convert(value.Type().Key()))
		if w == Absent || !got.IsValid() {
			if w != Absent || got.IsValid() {
				return false
			}
		} else if !fits(w, got) {
			return false
		}
	}
	return true
}

// includes reports whether each wanted item has one of a list to itself, in the order in which they are written.
func includes(want []any, value reflect.Value) bool {
	if value.Kind() != reflect.Slice && value.Kind() != reflect.Array {
		return false
	}
	next := 0
	for _, w := range want {
		for next < value.Len() && !fits(w, value.Index(next)) {
			next++
		}
		if next == value.Len() {
			return false
		}
		next++
	}
	return true
}

func fitsText(want string, value reflect.Value) bool {
	if n, isNumber := number(value); isNumber {
		low, high, isRange := span(want)
		return isRange && low <= n && n <= high
	}
	text, isText := textOf(value)
	return isText && transcript.Matches(want, text)
}

func textOf(value reflect.Value) (string, bool) {
	switch {
	case value.Kind() == reflect.String:
		return value.String(), true
	case value.Kind() == reflect.Slice && value.Type().Elem().Kind() == reflect.Uint8:
		return string(value.Bytes()), true
	}
	return "", false
}

func number(value reflect.Value) (float64, bool) {
	switch {
	case !value.IsValid():
		return 0, false
	case value.CanInt():
		return float64(value.Int()), true
	case value.CanUint():
		return float64(value.Uint()), true
	case value.CanFloat():
		return value.Float(), true
	}
	return 0, false
}

func toFloat(v any) float64 {
	n, _ := number(reflect.ValueOf(v))
	return n
}

// span reads a range of numbers: 3, 2..3, 1.. or ..2.
func span(text string) (low, high float64, ok bool) {
	from, to, isRange := strings.Cut(text, "..")
	if !isRange {
		n, err := strconv.ParseFloat(text, 64)
		return n, n, err == nil
	}
	low, high = math.Inf(-1), math.Inf(1)
	var err error
	if from != "" {
		if low, err = strconv.ParseFloat(from, 64); err != nil {
			return 0, 0, false
		}
	}
	if to != "" {
		if high, err = strconv.ParseFloat(to, 64); err != nil {
			return 0, 0, false
		}
	}
	return low, high, from != "" || to != ""
}
