package ledger

import "tutor/runner/topology"

// argument is what a queue was declared with, if it exists.
func argument(q *topology.Queue, name string) (value any, ok bool) {
	if q == nil {
		return nil, false
	}
	return q.Arguments.Get(name)
}

// has reports whether a queue exists and was declared with an argument.
func has(q *topology.Queue, name string) bool {
	_, ok := argument(q, name)
	return ok
}

// text is a queue's argument that is a text.
func text(q *topology.Queue, name string) (string, bool) {
	value, _ := argument(q, name)
	s, ok := value.(string)
	return s, ok
}

// number is a queue's argument that is a number.
func number(q *topology.Queue, name string) (int64, bool) {
	value, _ := argument(q, name)
	return topology.Integer(value)
}

func hasSingleActive(q *topology.Queue) bool {
	single, _ := argument(q, "x-single-active-consumer")
	return single == true
}
