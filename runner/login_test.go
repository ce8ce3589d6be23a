package runner_test

import (
	"context"
	"testing"

	"tutor/runner"
	"tutor/runner/scenario"
	"tutor/runner/stage"
)

// What a wrong password gets is the broker's own sentence, not a guess of the client library. The warning
// follows the password: where it is written does not matter, and guest's is no secret.
const logins = `
title: T
broker:
  users:
    alice: {password: alice123, permissions: {/: {configure: .*, write: .*, read: .*}}}
acts:
  - name: a
    cast:
      - {publisher: wrong, connect: {user: alice, password: wrong}, routing_key: q, message: m}
      - {publisher: given by the broker block, connect: {user: alice}, routing_key: q, message: m}
      - {publisher: guest, connect: {user: guest, password: guest}, routing_key: q, message: m}
    expect:
      transcript:
        wrong: |
          WARNING: the connection is not secured.
          ERROR: 403 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.
        given by the broker block: |
          WARNING: the connection is not secured.
          Sent: m
        guest: |
          Sent: m
      fates: {unroutable: [m, m]}
`

func TestLogins(t *testing.T) {
	s, err := scenario.Decode("logins.yaml", []byte(logins))
	if err != nil {
		t.Fatal(err)
	}
	targets.Each(t, func(t *testing.T, target stage.Target) {
		leakless(t)
		passes(t, runner.Run(context.Background(), s, target))
	})
}
