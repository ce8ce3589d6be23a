package runner_test

import (
	"context"
	"fmt"

	"tutor/runner"
	"tutor/runner/fate"
	"tutor/runner/scenario"
	"tutor/runner/target/embedded"
)

// A program plays a scenario and looks at what became of the messages.
func ExampleRun() {
	s, err := scenario.Decode("lost.yaml", []byte(`
title: Lost
acts:
  - name: nobody declares the queue
    cast:
      - publisher: careless
        routing_key: hello
        message: Anybody there?
    expect:
      fates:
        unroutable: ["Anybody there?"]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	target := embedded.New()
	defer target.Close()
	report := runner.Run(context.Background(), s, target)
	fmt.Println(report.Verdict())
	for c := range report.Acts[0].Books.Copies {
		fmt.Println(c.Message, "is", c.Fate, c.Fate == fate.Unroutable)
	}
	// Output:
	// pass
	// Anybody there? is unroutable true
}
