//go:build !unix

package local

import (
	"errors"
	"os/exec"
)

// Without process groups a node could outlive the program.

func ownGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

func terminate(string) error { return errors.New("restarting a node needs Unix") }
