package broker

import "tutor/runner/wire"

// handler does what a method says. Its error closes the channel or the connection.
type handler func(*channel, wire.Method) error

// entry is a method with its handler.
type entry struct {
	id wire.MethodID
	do handler
}

// on makes an entry of a handler for one type of method.
func on[M wire.Method](do func(*channel, M) error) entry {
	var m M
	return entry{m.ID(), func(ch *channel, m wire.Method) error { return do(ch, m.(M)) }}
}

// handlers are the methods that clients may send on an open channel, beside those that open and
// close it and basic.publish, whose content comes after it.
func handlers() map[wire.MethodID]handler {
	table := map[wire.MethodID]handler{}
	for _, class := range [][]entry{channelClass(), exchangeClass(), queueClass(), basicClass(), confirmClass(), txClass()} {
		for _, e := range class {
			table[e.id] = e.do
		}
	}
	return table
}

// Supported lists the methods that the broker takes from clients, for the documentation.
func Supported() []wire.MethodID {
	table := handlers()
	var ids []wire.MethodID
	for _, id := range wire.Methods() {
		_, handled := table[id]
		switch id.String() {
		case "channel.open", "channel.close", "channel.close-ok", "basic.publish",
			"connection.start-ok", "connection.tune-ok", "connection.open", "connection.close",
			"connection.close-ok", "connection.update-secret":
			handled = true
		}
		if handled {
			ids = append(ids, id)
		}
	}
	return ids
}
