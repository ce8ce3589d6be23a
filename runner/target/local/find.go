package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// ErrNotInstalled says that there is no rabbitmq-server on this machine.
var ErrNotInstalled = errors.New("rabbitmq-server is not installed on this machine (apt install rabbitmq-server, brew install rabbitmq); --broker embedded needs nothing")

// serverPatterns are where packages put the server's own script. What Debian has on the PATH is a
// wrapper that changes to another user.
var serverPatterns = []string{
	"/usr/lib/rabbitmq/bin/rabbitmq-server",
	"/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server",
	"/opt/rabbitmq/sbin/rabbitmq-server",
	"/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server",
	"/usr/local/opt/rabbitmq/sbin/rabbitmq-server",
}

// find finds the server: $RABBITMQ_SERVER, the usual places, the PATH.
func find() (string, error) {
	if path := os.Getenv("RABBITMQ_SERVER"); path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("RABBITMQ_SERVER: %w", err)
		}
		return path, nil
	}
	if path, err := firstOf(serverPatterns); err == nil {
		return path, nil
	}
	if path, err := exec.LookPath("rabbitmq-server"); err == nil {
		return path, nil
	}
	return "", ErrNotInstalled
}

// Installed reports whether there is a server to start.
func Installed() error {
	_, err := find()
	return err
}

// epmdPatterns are where Erlang keeps its name server, if it is not on the PATH.
var epmdPatterns = []string{
	"/usr/lib/erlang/erts-*/bin/epmd",
	"/usr/local/lib/erlang/erts-*/bin/epmd",
	"/opt/homebrew/opt/erlang/lib/erlang/erts-*/bin/epmd",
}

// findEpmd finds Erlang's port mapper, without which no node starts.
func findEpmd() (string, error) {
	if path, err := exec.LookPath("epmd"); err == nil {
		return path, nil
	}
	path, err := firstOf(epmdPatterns)
	if err != nil {
		return "", errors.New("epmd, a part of Erlang, is neither on the PATH nor where Erlang usually is")
	}
	return path, nil
}

// firstOf returns the first file that any of the patterns matches.
func firstOf(patterns []string) (string, error) {
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		if len(found) > 0 {
			return found[0], nil
		}
	}
	return "", fs.ErrNotExist
}
