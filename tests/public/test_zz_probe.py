import json
from halloo.app import Halloo
async def test_x(shop):
    r={"csp-report":{"document-uri":"https://shop.example/a?b","effective-directive":"frame-src","original-policy":"frame-src 'none'","blocked-uri":"https://chat.example","disposition":"enforce"}}
    a=await shop.api.client.post(shop.base+"/csp-reports",content=json.dumps(r),headers={"content-type":"application/csp-report"})
    print(a.status_code,a.text,a.headers)
    assert 0
