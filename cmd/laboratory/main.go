//go:build js && wasm

// Command laboratory is who plays for the pages of a site: the lessons, the engine and the embedded broker as
// WebAssembly (GOOS=js GOARCH=wasm), for a worker in a browser.
//
// It sets one global function, tutorPlay, which takes a request of package lab as JSON and gives a promise of the reply
// as JSON, and then stays.
package main

import (
	"context"
	"fmt"
	"syscall/js"

	"tutor/runner/lab"
	"tutor/runner/lab/course"
	"tutor/runner/target/embedded"
	"tutor/scenarios"
)

func main() {
	l := &lab.Lab{Target: embedded.New(), Limits: lab.UsualLimits(), Lessons: lesson}
	js.Global().Set("tutorPlay", js.FuncOf(func(_ js.Value, args []js.Value) any { return promised(l, args) }))
	select {}
}

// lesson finds a lesson. Its chapter is read when it is asked for, so that a page need not wait for the whole course.
func lesson(path string) (*course.Lesson, error) { return course.Find(scenarios.FS(), path) }

// promised is a promise of the reply to the request that is the only argument.
func promised(l *lab.Lab, args []js.Value) js.Value {
	var executor js.Func
	executor = js.FuncOf(func(_ js.Value, settle []js.Value) any {
		executor.Release()
		if len(args) != 1 || args[0].Type() != js.TypeString {
			settle[1].Invoke(fmt.Sprintf("tutorPlay takes one text, and was given %d arguments", len(args)))
			return nil
		}
		// What JavaScript calls must not wait: it has no other thread.
		go func() { settle[0].Invoke(l.Answer(context.Background(), args[0].String())) }()
		return nil
	})
	return js.Global().Get("Promise").New(executor)
}
