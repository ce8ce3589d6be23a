// Package pattern reads the expressions by which policies and permissions choose names. They are RabbitMQ's, which
// has more of them than Go: look-ahead, for one.
package pattern

import "regexp"

// Compile reads an expression: for package regexp, which takes linear time, or else for one that goes back and tries
// again. What it gives reports whether a name has the expression anywhere in it; the error is that there was no telling.
func Compile(expression string) (matches func(name string) (bool, error), err error) {
	re, err := regexp.Compile(expression)
	if err != nil {
		return retrying(expression, err)
	}
	return func(name string) (bool, error) { return re.MatchString(name), nil }, nil
}
