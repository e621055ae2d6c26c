package emulator

func (s *Server) page(c *call) answer {
	return answer{status: 200, contentType: "text/html; charset=utf-8", body: []byte("<!doctype html><title>aepflow emulator</title>")}
}
