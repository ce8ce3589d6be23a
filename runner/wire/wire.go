// Package wire is the codec of AMQP 0-9-1: frames, methods, content headers and tables, as RabbitMQ
// speaks them.
//
// It serves the tap, which reads along on a connection, and the embedded broker, which is one end of
// it. Whatever the bytes are, decoding ends in a value or in an [*Error] that carries AMQP's reply
// code; it never allocates more than the bytes account for.
//
//   - frame.go: [Stream] cuts frames out of what arrives, AppendMethod and its like write them;
//   - method.go, methods.go and class_*.go: the methods, each described once for both directions;
//   - content.go: content headers and the properties of messages;
//   - decoder.go: decoding without memory for each;
//   - coder.go and table.go: the fields that all of these are made of;
//   - reply.go: the reply codes.
package wire
