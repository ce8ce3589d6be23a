//go:build !js

package pattern

import "github.com/dlclark/regexp2"

// retrying reads what package regexp cannot.
func retrying(expression string, _ error) (func(string) (bool, error), error) {
	re, err := regexp2.Compile(expression, regexp2.None)
	if err != nil {
		return nil, err
	}
	return re.MatchString, nil
}
