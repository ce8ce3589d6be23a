package topology

import "reflect"

// equalValues compares values of tables as RabbitMQ does: numbers by their value, whatever their
// width on the wire.
func equalValues(a, b any) bool {
	if x, ok := Integer(a); ok {
		y, ok := Integer(b)
		return ok && x == y
	}
	return reflect.DeepEqual(a, b)
}

// Integer is the value of a number, whatever its width on the wire.
func Integer(v any) (int64, bool) {
	r := reflect.ValueOf(v)
	switch {
	case !r.IsValid():
		return 0, false
	case r.CanInt():
		return r.Int(), true
	case r.CanUint():
		return int64(r.Uint()), true
	}
	return 0, false
}
