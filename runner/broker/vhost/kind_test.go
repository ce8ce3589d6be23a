package vhost

import "testing"

// What a redeclaration is compared by must be something that the kind takes.
func TestKindsCompareWhatTheyTake(t *testing.T) {
	for _, k := range kinds() {
		for _, name := range k.traits().compared {
			if !takes(k.traits().arguments, name) {
				t.Errorf("%s queues compare %s, which they refuse", k.traits().name, name)
			}
		}
	}
}
