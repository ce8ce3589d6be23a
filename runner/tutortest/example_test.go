package tutortest_test

import (
	"os"
	"testing"

	"tutor/runner/tutortest"
)

// A project verifies the semantics that it relies on, on the broker that it uses: in CI a container's
// URL, on a developer's machine the embedded broker.
func Example() {
	_ = func(t *testing.T) { // TestDeliverySemantics
		tutortest.Run(t, "testdata/*.yaml",
			tutortest.Broker(os.Getenv("AMQP_URL")),
			tutortest.Management(os.Getenv("RABBITMQ_MANAGEMENT_URL")))
	}
}
