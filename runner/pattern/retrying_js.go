package pattern

import "fmt"

// retrying refuses what package regexp cannot read: in a browser it is not worth what it weighs.
func retrying(expression string, why error) (func(string) (bool, error), error) {
	return nil, fmt.Errorf("the laboratory in a browser cannot read the expression %s, which RabbitMQ may: %w", expression, why)
}
