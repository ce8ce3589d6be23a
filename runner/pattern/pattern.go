// Package pattern reads the expressions by which policies and permissions choose names. They are RabbitMQ's, which
// has more of them than Go: look-ahead, for one.
package pattern

import (
	"regexp"
	"strings"
)

// Compile reads an expression: for package regexp, which takes linear time, or else for one that goes back and tries
// again. What it gives reports whether a name has the expression anywhere in it; the error is that there was no telling.
func Compile(expression string) (matches func(name string) (bool, error), err error) {
	re, err := regexp.Compile(expression)
	if err == nil {
		return func(name string) (bool, error) { return re.MatchString(name), nil }, nil
	}
	if re := excluded(expression); re != nil {
		return func(name string) (bool, error) { return !re.MatchString(name), nil }, nil
	}
	return retrying(expression, err)
}

// excluded is what names must not begin with, if that is all that an expression says: ^(?!these|or those). That package
// regexp can read what is inside shows that the parenthesis is closed by the last one.
func excluded(expression string) *regexp.Regexp {
	inside, before := strings.CutPrefix(expression, "^(?!")
	inside, after := strings.CutSuffix(inside, ")")
	if !before || !after {
		return nil
	}
	if _, err := regexp.Compile(inside); err != nil {
		return nil
	}
	return regexp.MustCompile("^(?:" + inside + ")")
}
