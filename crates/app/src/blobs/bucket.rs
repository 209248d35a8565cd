//! Bytes in an S3-compatible store, by signed addresses.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode};
use rusty_s3::{Bucket as Address, Credentials, S3Action as _, UrlStyle};
use url::Url;

use super::BlobError;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Longest time a store may say nothing; a large file may take longer.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a signed address holds.
const SIGNED_FOR: Duration = Duration::from_mins(2);
/// Pauses before another try.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// How the store is reached.
#[derive(Clone)]
pub struct BucketSettings {
    /// Its address, such as `https://oss.example.cn`.
    pub endpoint: String,
    /// Its region.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// What stands before each key, such as `lianmeng/`; may be empty.
    pub prefix: String,
    /// Who signs.
    pub access_key: String,
    /// With what.
    pub secret: String,
    /// Whether the bucket stands in the path, or else in the host name.
    pub is_in_path: bool,
}

/// Secrets stay out of logs.
impl std::fmt::Debug for BucketSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BucketSettings").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// A bucket.
pub struct Bucket {
    client: Client,
    address: Address,
    credentials: Credentials,
    prefix: String,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bucket").field("address", &self.address.base_url()).finish_non_exhaustive()
    }
}

/// What a store answered, as far as it matters here.
enum Answer {
    Done(Vec<u8>),
    Missing,
}

impl Bucket {
    /// A bucket reached this way; nothing is asked yet.
    ///
    /// # Errors
    ///
    /// [`BlobError::Setting`] if the address is none.
    pub fn new(settings: &BucketSettings) -> Result<Self, BlobError> {
        let wrong = |error: String| BlobError::Setting(error);
        let endpoint = Url::parse(&settings.endpoint)
            .map_err(|error| wrong(format!("{} is no address: {error}", settings.endpoint)))?;
        let style = if settings.is_in_path { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let (bucket, region) = (settings.bucket.clone(), settings.region.clone());
        let address = Address::new(endpoint, style, bucket, region)
            .map_err(|error| wrong(format!("the bucket {}: {error}", settings.bucket)))?;
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(PATIENCE)
            .redirect(Policy::none())
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let credentials = Credentials::new(settings.access_key.clone(), settings.secret.clone());
        Ok(Self { client, address, credentials, prefix: settings.prefix.clone() })
    }

    pub(super) async fn put(&self, key: &str, content: Arc<[u8]>) -> Result<(), BlobError> {
        let key = self.key(key);
        let sign = || self.address.put_object(Some(&self.credentials), &key).sign(SIGNED_FOR);
        match self.send(Method::PUT, sign, Some(content)).await? {
            Answer::Done(_) => Ok(()),
            Answer::Missing => Err(BlobError::Refused("there is no such bucket".to_owned())),
        }
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BlobError> {
        let key = self.key(key);
        let sign = || self.address.get_object(Some(&self.credentials), &key).sign(SIGNED_FOR);
        match self.send(Method::GET, sign, None).await? {
            Answer::Done(content) => Ok(Some(content)),
            Answer::Missing => Ok(None),
        }
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), BlobError> {
        let key = self.key(key);
        let sign = || self.address.delete_object(Some(&self.credentials), &key).sign(SIGNED_FOR);
        self.send(Method::DELETE, sign, None).await.map(|_| ())
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// Sends until the store answers something else than that it cannot now, three times at most.
    async fn send(
        &self,
        method: Method,
        sign: impl Fn() -> Url,
        content: Option<Arc<[u8]>>,
    ) -> Result<Answer, BlobError> {
        let mut pauses = PAUSES.into_iter();
        loop {
            let tried = self.try_once(method.clone(), sign(), content.as_deref()).await;
            let told = match tried {
                Ok((status, content)) if status.is_success() => return Ok(Answer::Done(content)),
                Ok((StatusCode::NOT_FOUND, _)) => return Ok(Answer::Missing),
                Ok((status, _)) if is_final(status) => {
                    return Err(BlobError::Refused(format!("it answers {status}")));
                }
                Ok((status, _)) => format!("it answers {status}"),
                // The address is signed, so it must not stand in a log.
                Err(error) => error.without_url().to_string(),
            };
            let Some(pause) = pauses.next() else { return Err(BlobError::Away(told)) };
            tracing::warn!(cause = told, "the store of attachments is asked again");
            tokio::time::sleep(pause).await;
        }
    }

    async fn try_once(
        &self,
        method: Method,
        url: Url,
        content: Option<&[u8]>,
    ) -> reqwest::Result<(StatusCode, Vec<u8>)> {
        let mut request = self.client.request(method, url);
        if let Some(content) = content {
            request = request.body(content.to_vec());
        }
        let answer = request.send().await?;
        let status = answer.status();
        Ok((status, answer.bytes().await?.to_vec()))
    }
}

/// Whether trying again would not help.
fn is_final(status: StatusCode) -> bool {
    !status.is_server_error()
        && status != StatusCode::TOO_MANY_REQUESTS
        && status != StatusCode::REQUEST_TIMEOUT
}
