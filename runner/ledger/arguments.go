package ledger

import "tutor/runner/topology"

// has says whether a queue exists and was declared with an argument.
func has(q *topology.Queue, argument string) bool {
	if q == nil {
		return false
	}
	_, ok := q.Arguments.Get(argument)
	return ok
}

// text is a queue's argument that is a text.
func text(q *topology.Queue, argument string) (string, bool) {
	if q == nil {
		return "", false
	}
	value, _ := q.Arguments.Get(argument)
	s, ok := value.(string)
	return s, ok
}

// number is a queue's argument that is a number.
func number(q *topology.Queue, argument string) (int64, bool) {
	if q == nil {
		return 0, false
	}
	value, _ := q.Arguments.Get(argument)
	return topology.Integer(value)
}

func isQuorum(q *topology.Queue) bool {
	kind, _ := text(q, "x-queue-type")
	return kind == "quorum"
}

func hasSingleActive(q *topology.Queue) bool {
	if q == nil {
		return false
	}
	single, _ := q.Arguments.Get("x-single-active-consumer")
	return single == true
}
