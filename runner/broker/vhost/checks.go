package vhost

import (
	"fmt"
	"slices"

	"tutor/runner/wire"
)

// The checks of arguments: each returns what is wrong with a value, as RabbitMQ words it, or "".

// maxMilliseconds is the longest time to live and the longest x-expires: ten years.
const maxMilliseconds = 315_360_000_000

func unacceptable(value any) string { return "{unacceptable_type," + typeName(value) + "}" }

func checkInt(value any, _ wire.Table) string {
	if _, ok := integer(value); !ok {
		return fmt.Sprintf("%q", "expected integer, got "+typeName(value))
	}
	return ""
}

func checkNotNegative(value any, args wire.Table) string {
	if problem := checkInt(value, args); problem != "" {
		return problem
	}
	if n, _ := integer(value); n < 0 {
		return fmt.Sprintf("{value_negative,%d}", n)
	}
	return ""
}

func checkPositive(value any, args wire.Table) string { return notZero(value, args, checkNotNegative) }

// notZero refuses 0 before whatever else is refused.
func notZero(value any, args wire.Table, further func(any, wire.Table) string) string {
	if n, ok := integer(value); ok && n == 0 {
		return "{value_zero,0}"
	}
	return further(value, args)
}

func checkMessageTTL(value any, args wire.Table) string {
	if problem := checkInt(value, args); problem != "" {
		return problem
	}
	n, _ := integer(value)
	return checkMilliseconds(n)
}

func checkMilliseconds(n int64) string {
	switch {
	case n < 0:
		return fmt.Sprintf("{value_negative,%d}", n)
	case n > maxMilliseconds:
		return fmt.Sprintf("{value_too_large,%d}", n)
	}
	return ""
}

func checkExpires(value any, args wire.Table) string { return notZero(value, args, checkMessageTTL) }

func checkMaxPriority(value any, args wire.Table) string {
	if problem := checkNotNegative(value, args); problem != "" {
		return problem
	}
	if n, _ := integer(value); n >= maxPriorities {
		return fmt.Sprintf("{max_value_exceeded,%d}", n)
	}
	return ""
}

func checkDeadLetterKey(value any, args wire.Table) string {
	if _, ok := value.(string); !ok {
		return unacceptable(value)
	}
	if _, present := lookup(args, "x-dead-letter-exchange"); !present {
		return "routing_key_but_no_dlx_defined"
	}
	return ""
}

func checkBool(value any, _ wire.Table) string {
	if _, ok := value.(bool); !ok {
		return unacceptable(value)
	}
	return ""
}

func checkQueueVersion(value any, args wire.Table) string {
	if problem := checkNotNegative(value, args); problem != "" {
		return problem
	}
	if n, _ := integer(value); n != 2 {
		return fmt.Sprintf("%q", fmt.Sprintf("unsupported queue version '%d'", n))
	}
	return ""
}

func checkOverflow(value any, _ wire.Table) string {
	return oneOf(value, "invalid_overflow", overflowDropHead, overflowReject, overflowRejectDeadLetter)
}

func checkStrategy(value any, _ wire.Table) string {
	return oneOf(value, "invalid_dlx_strategy", "at-most-once", "at-least-once")
}

func checkLeaderLocator(value any, _ wire.Table) string {
	return oneOf(value, "invalid_queue_locator_arg", "client-local", "balanced")
}

func oneOf(value any, problem string, allowed ...string) string {
	s, ok := value.(string)
	if !ok {
		return unacceptable(value)
	}
	if !slices.Contains(allowed, s) {
		return problem
	}
	return ""
}
