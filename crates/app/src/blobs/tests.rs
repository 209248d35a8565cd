use super::*;

fn key(digit: char) -> String {
    digit.to_string().repeat(64)
}

#[tokio::test]
async fn what_is_put_into_a_folder_is_found_until_it_is_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_folder(folder.path().join("deep/attachments"));
    let (one, two) = (key('a'), key('b'));
    assert!(matches!(blobs.get(&one).await, Err(BlobError::Missing(_))));
    blobs.put(&one, Arc::from(*b"first")).await.unwrap();
    blobs.put(&one, Arc::from(*b"first")).await.unwrap();
    blobs.put(&two, Arc::from(*b"second")).await.unwrap();
    assert_eq!(blobs.get(&one).await.unwrap(), b"first");
    let parts = std::fs::read_dir(folder.path().join("deep/attachments/aa")).unwrap();
    assert_eq!(parts.count(), 1, "nothing half written stays");
    blobs.delete(&one).await.unwrap();
    blobs.delete(&one).await.unwrap();
    assert!(matches!(blobs.get(&one).await, Err(BlobError::Missing(_))));
    assert_eq!(blobs.get(&two).await.unwrap(), b"second");
}

#[tokio::test]
async fn a_key_never_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_folder(folder.path().to_owned());
    for key in ["", "a", "../../etc/passwd", &"/".repeat(64), &"企".repeat(64)] {
        let refused = blobs.put(key, Arc::from(*b"x")).await;
        assert!(matches!(refused, Err(BlobError::Missing(_))), "{key}: {refused:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_store_that_is_away_refuses_without_telling_how_requests_are_signed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let settings = BucketSettings {
        endpoint: format!("http://127.0.0.1:{port}"),
        region: "us-east-1".to_owned(),
        bucket: "lianmeng".to_owned(),
        prefix: String::new(),
        access_key: "who".to_owned(),
        secret: "hush".to_owned(),
        is_in_path: true,
    };
    let bucket = Bucket::new(&settings).unwrap();
    assert!(!format!("{settings:?} {bucket:?}").contains("hush"));
    let refused = Blobs::in_bucket(bucket).get(&key('a')).await.unwrap_err().to_string();
    assert!(refused.starts_with("the store of attachments is away: "), "{refused}");
    assert!(!refused.contains("Signature"), "{refused}");
    let wrong = BucketSettings { endpoint: "oss.example.cn".to_owned(), ..settings };
    assert!(matches!(Bucket::new(&wrong), Err(BlobError::Setting(_))));
}
