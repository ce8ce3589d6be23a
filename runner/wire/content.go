package wire

import "time"

// The flags of the properties of a message that are present (AMQP 0-9-1, 4.2.6.1). The lowest bit
// would announce more flags, which the basic class does not have.
const (
	FlagContentType     uint16 = 1 << 15
	FlagContentEncoding uint16 = 1 << 14
	FlagHeaders         uint16 = 1 << 13
	FlagDeliveryMode    uint16 = 1 << 12
	FlagPriority        uint16 = 1 << 11
	FlagCorrelationID   uint16 = 1 << 10
	FlagReplyTo         uint16 = 1 << 9
	FlagExpiration      uint16 = 1 << 8
	FlagMessageID       uint16 = 1 << 7
	FlagTimestamp       uint16 = 1 << 6
	FlagType            uint16 = 1 << 5
	FlagUserID          uint16 = 1 << 4
	FlagAppID           uint16 = 1 << 3
	FlagClusterID       uint16 = 1 << 2
	flagMore            uint16 = 1
)

// Properties are the properties of a message. Flags says which are present.
type Properties struct {
	Flags                        uint16
	ContentType, ContentEncoding string
	Headers                      Table
	// DeliveryMode is 2 for persistent messages.
	DeliveryMode, Priority                        uint8
	CorrelationID, ReplyTo, Expiration, MessageID string
	Timestamp                                     time.Time
	Type, UserID, AppID, ClusterID                string
}

func (p *Properties) fields(c *coder) {
	c.short(&p.Flags)
	if p.Flags&flagMore != 0 {
		c.fail(SyntaxError, "more property flags than the basic class has")
	}
	text := func(flag uint16, v *string) {
		if p.Flags&flag != 0 {
			c.shortstr(v)
		}
	}
	text(FlagContentType, &p.ContentType)
	text(FlagContentEncoding, &p.ContentEncoding)
	if p.Flags&FlagHeaders != 0 {
		c.table(&p.Headers)
	}
	if p.Flags&FlagDeliveryMode != 0 {
		c.octet(&p.DeliveryMode)
	}
	if p.Flags&FlagPriority != 0 {
		c.octet(&p.Priority)
	}
	text(FlagCorrelationID, &p.CorrelationID)
	text(FlagReplyTo, &p.ReplyTo)
	text(FlagExpiration, &p.Expiration)
	text(FlagMessageID, &p.MessageID)
	if p.Flags&FlagTimestamp != 0 {
		c.timestamp(&p.Timestamp)
	}
	text(FlagType, &p.Type)
	text(FlagUserID, &p.UserID)
	text(FlagAppID, &p.AppID)
	text(FlagClusterID, &p.ClusterID)
}

// ParseProperties decodes property flags and the list that follows them.
func ParseProperties(encoded []byte) (Properties, error) {
	var p Properties
	c := coder{buf: encoded}
	p.fields(&c)
	return p, c.result()
}

// AppendProperties appends property flags and the list that follows them.
func AppendProperties(dst []byte, p *Properties) ([]byte, error) {
	c := coder{writing: true, buf: dst}
	p.fields(&c)
	if c.err != nil {
		return dst, c.err
	}
	return c.buf, nil
}

// ContentHeader is the payload of a header frame.
type ContentHeader struct {
	ClassID    uint16
	BodySize   uint64
	Properties Properties
	// Encoded are the properties as they were on the wire. They share the payload's memory.
	Encoded []byte
}

// DecodeContentHeader decodes the payload of a header frame.
func DecodeContentHeader(payload []byte) (ContentHeader, error) {
	var h ContentHeader
	c := coder{buf: payload}
	h.begin(&c)
	h.Encoded = c.buf
	h.Properties.fields(&c)
	return h, c.result()
}

// begin is what comes before the properties.
func (h *ContentHeader) begin(c *coder) {
	c.short(&h.ClassID)
	c.reservedShort() // the weight
	c.longlong(&h.BodySize)
}

// AppendContentHeader appends a header frame of the basic class; properties is what
// [AppendProperties] makes.
func AppendContentHeader(dst []byte, channel uint16, bodySize uint64, properties []byte) []byte {
	at := len(dst)
	c := coder{writing: true, buf: beginFrame(dst, FrameHeader, channel)}
	class := uint16(ClassBasic)
	c.short(&class)
	c.reservedShort()
	c.longlong(&bodySize)
	return endFrame(append(c.buf, properties...), at)
}

// ClassBasic is the number of the basic class, the only one whose methods carry content.
const ClassBasic uint16 = 60

// CarriesContent reports whether a header frame and body frames follow the method.
func CarriesContent(m Method) bool {
	switch m.(type) {
	case *BasicPublish, *BasicDeliver, *BasicReturn, *BasicGetOK:
		return true
	}
	return false
}
