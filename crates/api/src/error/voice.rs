//! In which language errors are said, and which request they belong to.

/// A language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English, for developers.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Lang {
    /// The language an `Accept-Language` header likes best; English without one.
    pub fn negotiate(header: Option<&str>) -> Self {
        let mut best = (Self::English, 0.0);
        for part in header.unwrap_or_default().split(',') {
            let mut pieces = part.split(';').map(str::trim);
            let tag = pieces.next().unwrap_or_default().to_ascii_lowercase();
            let weight = pieces
                .find_map(|piece| piece.strip_prefix("q="))
                .and_then(|weight| weight.parse::<f32>().ok())
                .unwrap_or(1.0);
            let lang = match tag.split('-').next() {
                Some("zh") => Self::Chinese,
                Some("en" | "*") => Self::English,
                Some(_) | None => continue,
            };
            if weight > best.1 {
                best = (lang, weight);
            }
        }
        best.0
    }
}

/// How the errors of one request are said.
#[derive(Debug, Clone, Default)]
pub struct Voice {
    /// The language.
    pub lang: Lang,
    /// Id of the request, also in the log; empty if it has none.
    pub request_id: String,
}

impl Voice {
    /// `message`, or what Chinese says for its code; then `message` becomes the detail.
    pub(crate) fn say(&self, code: &str, message: &str) -> (String, Option<String>) {
        match (self.lang, chinese(code)) {
            (Lang::Chinese, Some(sentence)) => (sentence.to_owned(), Some(message.to_owned())),
            (Lang::Chinese, None) | (Lang::English, _) => (message.to_owned(), None),
        }
    }
}

/// What a code means, in Chinese.
pub(super) fn chinese(code: &str) -> Option<&'static str> {
    Some(match code {
        "BAD_CURSOR" => "游标不属于此列表，请使用同一列表的 startCursor 或 endCursor",
        "BAD_ID" => "标识无法识别，请使用查询返回的 id",
        "BAD_INPUT" => "参数无法识别或超出允许范围",
        "BAD_PAGE_SIZE" => "每页条数须在 1 到 100 之间，first 与 last 不能同时使用",
        "BAD_REQUEST" => "请求无法读取或与接口定义不符",
        "BUSY" => "此刻登录人数过多，请稍候几秒再试",
        "CSRF" => "凭 Cookie 的请求须由本站页面发出，请加上请求头 Lianmeng-Csrf: 1",
        "CURSOR_GONE" => "此位置之后的变更已归档，请重新读取列表并从 changeCursor 开始",
        "DISK_FULL" => {
            "数据库存储空间已满，未保存任何内容，请通知管理员，腾出空间后用同一请求编号重试"
        }
        "FOREIGN_ORIGIN" => "不接受来自其他网站的连接",
        "FORBIDDEN" => "您的任职没有导出权，请联系管理员授予",
        "GRANT_NOT_HELD" => "您今日不持有该任职，请在 viewer 的 grants 中查看",
        "INTERNAL" => "服务器内部出错，已记录，请稍后再试",
        "INTROSPECTION_OFF" => "此处不提供接口自描述，请查看随版本发布的 schema.graphql",
        "METHOD_NOT_ALLOWED" => "此请求方式不允许，修改操作请使用 POST",
        "NOT_ACCEPTABLE" => "无法按所要求的格式返回结果",
        "OIDC_FAILED" => "统一身份认证未完成，请重新登录",
        "EXPIRED" => "附件已过保存期，内容不再提供",
        "OIDC_OFF" => "此服务器未启用统一身份认证",
        "PERSISTED_QUERY_NOT_FOUND" => "PersistedQueryNotFound",
        "READ_ONLY_TOKEN" => "此接口令牌只能读取",
        "REFRESH_USED" => "此刷新令牌刚刚用过，请使用当时返回的新令牌",
        "SIGN_IN_FAILED" => "账号或口令有误，或该账号不能这样登录",
        "THROTTLED" => "尝试次数过多，请稍后再试",
        "TIMEOUT" => "请求处理超时，请减少一次请求的内容",
        "TOO_LARGE" => "请求过大或过于复杂，请拆分后再发送",
        "TOO_MANY" => "同时打开的连接或订阅过多，请先关闭一些",
        "UNAUTHENTICATED" => "登录凭证无效或已过期，请重新登录",
        "UNAVAILABLE" => "数据库暂时没有响应，请几秒后重试，修改操作请使用同一请求编号",
        "UNSUPPORTED_MEDIA_TYPE" => "请求内容类型不受支持，请使用 application/json",
        "UNTRUSTED_DOCUMENT" => "PERSISTED_QUERY_ONLY：此处只执行已登记的查询",
        "WRONG_KIND" => "标识所指的对象类型不符",
        "CALENDAR_MISSING" => "该年度的工作日历尚未导入，请由管理员导入后再试",
        "CAPACITY_EXCEEDED" => "名额或容量已用完",
        "CYCLE" => "此修改会形成循环",
        "DISPUTED" => "此企业另有人认领或已有管理员，须由统筹单位裁定并说明理由",
        "IN_USE" => "仍被其他内容引用，请先解除引用",
        "INFEASIBLE" => "各项要求无法同时满足",
        "INVALID" => "填写内容不符合规则",
        "KEY_REUSED" => "此请求编号已用于其他操作，请更换",
        "MISSING" => "必填内容为空",
        "NOT_FOUND" => "没有找到，或您无权查看或修改",
        "NOT_SENT" => "邮件未能发出，请核对地址或联系管理员",
        "STALE" => "内容已被他人修改，请重新读取后再试",
        "TAKEN" => "该值已存在，不能重复",
        "UNKNOWN_REFERENCE" => "所引用的内容不存在",
        "WRONG_STAGE" => "当前阶段不允许此操作",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_accept_language_header() {
        let cases = [
            (None, Lang::English),
            (Some("zh-CN,zh;q=0.9,en;q=0.8"), Lang::Chinese),
            (Some("en-US,en;q=0.9,zh;q=0.8"), Lang::English),
            (Some("zh;q=0.5, en;q=0.7"), Lang::English),
            (Some("fr, zh-Hans;q=0.3"), Lang::Chinese),
            (Some("fr"), Lang::English),
            (Some("zh;q=0"), Lang::English),
            (Some(";;,q=,"), Lang::English),
        ];
        for (header, want) in cases {
            assert_eq!(Lang::negotiate(header), want, "{header:?}");
        }
    }

    #[test]
    fn every_code_has_a_chinese_sentence() {
        for code in super::super::codes() {
            assert!(chinese(code).is_some(), "{code}");
        }
        assert_eq!(chinese("NONE"), None);
    }

    #[test]
    fn chinese_says_the_code_and_keeps_the_detail() {
        let voice = Voice { lang: Lang::Chinese, request_id: String::new() };
        let (message, detail) = voice.say("BAD_ID", "\"x\" is not an id");
        assert!(message.contains("标识"));
        assert_eq!(detail.as_deref(), Some("\"x\" is not an id"));
        let english = Voice::default().say("BAD_ID", "x");
        assert_eq!(english, ("x".to_owned(), None));
    }
}
